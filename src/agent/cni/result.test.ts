import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import fc from "fast-check";
import { cniCodes, CniError } from "./errors.ts";
import { type CniResult, type CniVersion, cniVersions } from "./model.ts";
import { joinResults, parseResult, resultJson } from "./result.ts";

/** A pod with both families: what ADD of Heddle answers. */
const dualStack: CniResult = {
  interfaces: [
    { name: "cni-bridge0", mac: "0a:58:0a:f4:01:01", mtu: 1500 },
    { name: "hdl4f3c", mac: "0a:58:00:00:00:02", mtu: 1500 },
    { name: "eth0", mac: "0a:58:0a:f4:01:0a", mtu: 1500, sandbox: "/run/netns/cni-1" },
  ],
  ips: [
    { address: "10.244.1.10/24", gateway: "10.244.1.1", interface: 2 },
    { address: "fd00:10:244:1::a/64", gateway: "fd00:10:244:1::1", interface: 2 },
  ],
  routes: [
    { dst: "0.0.0.0/0", gw: "10.244.1.1", mtu: 1450, priority: 10 },
    { dst: "::/0", gw: "fd00:10:244:1::1" },
  ],
  dns: { nameservers: ["10.96.0.10"], search: ["cluster.local"] },
};

const golden = async (version: CniVersion): Promise<unknown> =>
  JSON.parse(await readFile(join(import.meta.dirname, `testdata/result-${version}.json`), "utf8"));

describe("a result", () => {
  for (const version of cniVersions) {
    it(`is written as ${version} has it`, async () => {
      assert.deepEqual(JSON.parse(resultJson(dualStack, version)), await golden(version));
    });

    it(`is read as ${version} has it`, async () => {
      const read = parseResult(await golden(version));
      assert.deepEqual(JSON.parse(resultJson(read, version)), await golden(version));
      if (version === "1.1.0") assert.deepEqual(read, dualStack);
    });
  }

  it("leaves out what nobody filled in", () => {
    const empty: CniResult = { interfaces: [], ips: [], routes: [], dns: {} };
    assert.equal(resultJson(empty, "1.1.0"), '{"cniVersion":"1.1.0","interfaces":[],"ips":[],"routes":[]}');
    assert.deepEqual(parseResult({ cniVersion: "1.0.0", interfaces: null, dns: {} }), empty);
    assert.deepEqual(parseResult({ interfaces: [{ name: "eth0", mac: "", sandbox: null }] }).interfaces, [
      { name: "eth0" },
    ]);
  });

  const texts = fc.string({ minLength: 1, maxLength: 8 });
  const some = (value: fc.Arbitrary<string | number>) => fc.option(value, { nil: undefined });
  const numbers = fc.nat(65_535);
  const cidrs = fc.constantFrom("10.1.2.3/24", "fd00::5/64", "0.0.0.0/0", "::/0");
  const results = fc
    .record({
      interfaces: fc.array(
        fc.record({
          name: texts,
          mac: some(texts),
          mtu: some(numbers),
          sandbox: some(texts),
          socketPath: some(texts),
          pciID: some(texts),
        }),
        { minLength: 1, maxLength: 3 },
      ),
      ips: fc.array(fc.record({ address: cidrs, gateway: some(texts), interface: fc.constant(0) }), { maxLength: 3 }),
      routes: fc.array(
        fc.record({
          dst: cidrs,
          gw: some(texts),
          mtu: some(numbers),
          advmss: some(numbers),
          priority: some(numbers),
          table: some(numbers),
          scope: some(numbers),
        }),
        { maxLength: 3 },
      ),
      dns: fc.record({
        nameservers: fc.option(fc.array(texts, { minLength: 1 }), { nil: undefined }),
        domain: some(texts),
      }),
    })
    .map((result) => JSON.parse(JSON.stringify(result)) as CniResult);

  it("comes back whole by 1.1.0, and unchanged however often by the others", () => {
    fc.assert(
      fc.property(results, fc.constantFrom(...cniVersions), (result, version) => {
        const text = resultJson(result, version);
        const read = parseResult(JSON.parse(text));
        assert.equal(resultJson(read, version), text);
        if (version === "1.1.0") assert.deepEqual(read, result);
        assert.deepEqual(
          read.ips.map(({ address }) => address),
          result.ips.map(({ address }) => address),
        );
      }),
    );
  });

  for (const [name, value, details] of [
    ["a list", [], /^prevResult: .*expected an object$/],
    [
      "an address without its network",
      { ips: [{ address: "10.0.0.1" }] },
      /^prevResult\.ips\[0\]\.address: "10\.0\.0\.1": expected an address with/,
    ],
    [
      "an interface that is not there",
      { interfaces: [], ips: [{ address: "10.0.0.1/8", interface: 0 }] },
      /^prevResult\.ips\[0\]\.interface: 0: is no place in interfaces$/,
    ],
    [
      "a version of its own",
      { cniVersion: "0.2.0" },
      /^prevResult\.cniVersion: "0\.2\.0": expected a result of version/,
    ],
    [
      "an interface without a name",
      { interfaces: [{}] },
      /^prevResult\.interfaces\[0\]\.name: missing: expected text$/,
    ],
  ] as const)
    it(`is refused for ${name}, with the path of it`, () => {
      assert.throws(
        () => parseResult(value),
        (error) => {
          assert.ok(error instanceof CniError);
          assert.equal(error.cniCode, cniCodes.invalidConfig);
          assert.match(error.text, details);
          return true;
        },
      );
    });

  it("comes behind the result of the plugin before it", () => {
    const before: CniResult = {
      interfaces: [{ name: "lo" }],
      ips: [{ address: "127.0.0.1/8", interface: 0 }],
      routes: [],
      dns: { domain: "before" },
    };
    assert.equal(joinResults(undefined, dualStack), dualStack);
    const joined = joinResults(before, { ...dualStack, dns: {} });
    assert.deepEqual(
      joined.ips.map((ip) => [ip.address, joined.interfaces[ip.interface ?? -1]?.name]),
      [
        ["127.0.0.1/8", "lo"],
        ["10.244.1.10/24", "eth0"],
        ["fd00:10:244:1::a/64", "eth0"],
      ],
    );
    assert.deepEqual(joined.dns, { domain: "before" });
    assert.deepEqual(joinResults(before, dualStack).dns, dualStack.dns);
  });
});
