import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { CniError } from "./errors.ts";
import { cniVerbs } from "./model.ts";
import { type CniCall, parseRequest, versionOf } from "./request.ts";
import { callOf, heddleConfig } from "./testing/calls.ts";

const input = (changes: Readonly<Record<string, unknown>>): string => JSON.stringify(heddleConfig(changes));
const prevResult = { cniVersion: "1.0.0", interfaces: [{ name: "eth0" }], ips: [] };

describe("a call of the plugin", () => {
  it("is an ADD with its attachment, its pod and its configuration", () => {
    const request = parseRequest(callOf("ADD", { input: input({ cniVersion: "0.4.0" }) }));
    assert.ok(request.verb === "ADD");
    assert.equal(request.version, "0.4.0");
    const { key, netns, pod, config } = request.add;
    assert.deepEqual(key, { network: "heddle", containerId: "4f3c", ifname: "eth0" });
    assert.equal(netns, "/run/netns/cni-1");
    assert.deepEqual(pod, { namespace: "default", name: "web-0", uid: "u-1" });
    assert.equal(config.bridge, "cni-bridge0");
  });

  it("is a CHECK with what ADD answered", () => {
    const request = parseRequest(callOf("CHECK", { input: input({ prevResult }) }));
    assert.ok(request.verb === "CHECK");
    assert.deepEqual(request.check.prevResult.interfaces, [{ name: "eth0" }]);
  });

  it("is a DEL with a configuration that is broken, and without a namespace", () => {
    const request = parseRequest(
      callOf("DEL", { input: input({ ipam: 7, prevResult: [] }), netns: "", args: "broken" }),
    );
    assert.ok(request.verb === "DEL");
    assert.deepEqual(request.del, {
      key: { network: "heddle", containerId: "4f3c", ifname: "eth0" },
      netns: undefined,
    });
  });

  it("is a GC with the attachments that are still there, under either of the names that libcni writes", () => {
    const valid = [{ containerID: "a", ifname: "eth0" }];
    for (const field of ["cni.dev/valid-attachments", "cni.dev/attachments"]) {
      const request = parseRequest({ command: "GC", input: input({ cniVersion: "1.1.0", [field]: valid }) });
      assert.ok(request.verb === "GC");
      assert.deepEqual(request.gc, {
        network: "heddle",
        valid: [{ network: "heddle", containerId: "a", ifname: "eth0" }],
      });
    }
    const none = parseRequest({ command: "GC", input: input({ cniVersion: "1.1.0" }) });
    assert.ok(none.verb === "GC");
    assert.deepEqual(none.gc.valid, []);
  });

  const faults: readonly (readonly [string, CniCall, number, RegExp])[] = [
    ["no verb", callOf(""), 4, /CNI_COMMAND is not set/],
    [
      "a verb that there is not",
      callOf("add"),
      4,
      /CNI_COMMAND is "add": expected one of ADD, DEL, CHECK, STATUS, GC, VERSION/,
    ],
    ["no container", callOf("ADD", { containerId: "" }), 4, /CNI_CONTAINERID is not set/],
    ["a container of strange letters", callOf("DEL", { containerId: "../a" }), 4, /CNI_CONTAINERID is "\.\.\/a"/],
    ["no namespace", callOf("ADD", { netns: "" }), 4, /CNI_NETNS is not set/],
    [
      "an interface's name too long",
      callOf("DEL", { ifname: "a-name-too-long-" }),
      4,
      /CNI_IFNAME is "a-name-too-long-"/,
    ],
    ["an interface named ..", callOf("ADD", { ifname: ".." }), 4, /CNI_IFNAME is "\.\."/],
    ["arguments that are none", callOf("ADD", { args: "x" }), 4, /CNI_ARGS: "x" is not KEY=VALUE/],
    ["no input", callOf("ADD", { input: "" }), 6, /standard input is empty/],
    ["input that is no JSON", callOf("DEL", { input: "{" }), 6, /not valid JSON/],
    ["input that is no object", callOf("ADD", { input: "[]" }), 6, /no JSON object/],
    [
      "no version",
      callOf("ADD", { input: "{}" }),
      1,
      /cniVersion is "0\.1\.0": expected one of 0\.3\.1, 0\.4\.0, 1\.0\.0, 1\.1\.0/,
    ],
    ["a version too new", callOf("DEL", { input: '{"cniVersion":"2.0.0"}' }), 1, /cniVersion is "2\.0\.0"/],
    [
      "a CHECK before there was one",
      callOf("CHECK", { input: input({ cniVersion: "0.3.1" }) }),
      1,
      /CHECK is there since 0\.4\.0/,
    ],
    ["a STATUS before there was one", callOf("STATUS", { input: input({}) }), 1, /STATUS is there since 1\.1\.0/],
    ["a GC before there was one", callOf("GC", { input: input({}) }), 1, /GC is there since 1\.1\.0/],
    ["no name", callOf("DEL", { input: input({ name: undefined }) }), 7, /^name: missing$/],
    [
      "a name of strange letters",
      callOf("DEL", { input: input({ name: "a/b" }) }),
      7,
      /^name: "a\/b": expected a letter/,
    ],
    ["a CHECK of nothing", callOf("CHECK"), 7, /^prevResult: missing/],
    [
      "a GC of no list",
      callOf("GC", { input: input({ cniVersion: "1.1.0", "cni.dev/valid-attachments": 1 }) }),
      7,
      /^\["cni\.dev\/valid-attachments"\]: 1: expected a list$/,
    ],
    [
      "a GC of half an attachment",
      callOf("GC", { input: input({ cniVersion: "1.1.0", "cni.dev/valid-attachments": [{ ifname: "a" }] }) }),
      7,
      /^\["cni\.dev\/valid-attachments"\]\[0\]: .*expected containerID and ifname$/,
    ],
    [
      "a broken configuration",
      callOf("STATUS", { input: input({ cniVersion: "1.1.0", mtu: "big" }) }),
      7,
      /^mtu: "big"/,
    ],
  ];
  for (const [name, call, code, details] of faults)
    it(`is refused with code ${code} for ${name}`, () => {
      assert.throws(
        () => parseRequest(call),
        (error) => {
          assert.ok(error instanceof CniError);
          assert.equal(error.cniCode, code);
          assert.match(error.text, details);
          return true;
        },
      );
    });

  it("is understood or refused by a CniError, whatever is in it", () => {
    const texts = fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom("eth0", "4f3c", "/run/netns/a", ...cniVerbs));
    const json = fc.json({ maxDepth: 3 });
    const inputs = fc.oneof(
      texts,
      json,
      fc
        .dictionary(fc.constantFrom("ipam", "mtu", "name", "prevResult", "runtimeConfig", "heddle", "args"), json)
        .map((fields) =>
          JSON.stringify(
            heddleConfig(Object.fromEntries(Object.entries(fields).map(([key, text]) => [key, JSON.parse(text)]))),
          ),
        ),
    );
    const calls = fc.record({
      command: texts,
      containerId: texts,
      netns: texts,
      ifname: texts,
      args: texts,
      input: inputs,
    });
    fc.assert(
      fc.property(calls, (call) => {
        try {
          parseRequest(call);
        } catch (error) {
          assert.ok(error instanceof CniError, String(error));
          assert.ok(error.message.length + error.text.length < 4_000);
        }
      }),
    );
  });
});

describe("the version in which a failure is told", () => {
  for (const [input, version] of [
    ['{"cniVersion":"0.4.0"}', "0.4.0"],
    ['{"cniVersion":"0.2.0"}', "0.2.0"],
    ['{"cniVersion":7}', "1.1.0"],
    ['{"cniVersion":"a\\"b"}', "1.1.0"],
    ["[]", "1.1.0"],
    ["{", "1.1.0"],
    [undefined, "1.1.0"],
  ] as const)
    it(`is ${version} for ${input ?? "no input"}`, () => assert.equal(versionOf(input), version));
});
