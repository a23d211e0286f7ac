import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseConfig } from "./config.ts";
import { CniError } from "./errors.ts";
import { createConfigParser } from "./known-configs.ts";
import { heddleConfig } from "./testing/calls.ts";

const asked = { mac: "c2:11:22:33:44:55", portMappings: [{ hostPort: 8080, containerPort: 80 }] };

/** What is answered, or what is said to be wrong. */
function told(parse: typeof parseConfig, json: Readonly<Record<string, unknown>>): unknown {
  try {
    return parse(json);
  } catch (error) {
    assert.ok(error instanceof CniError);
    return `${error.cniCode} ${error.message} ${error.text}`;
  }
}

describe("a parser that knows configurations", () => {
  it("answers what one answers that knows none, whatever came before", () => {
    const requests = [
      heddleConfig(),
      heddleConfig({ runtimeConfig: asked }),
      heddleConfig({ runtimeConfig: asked, args: { cni: { ips: ["10.244.1.20"] } } }),
      heddleConfig({ runtimeConfig: { mac: "none" }, bridge: "a name that is far too long" }),
      heddleConfig({ runtimeConfig: { mac: "none" } }),
      heddleConfig({ runtimeConfig: { portMappings: [...asked.portMappings, { hostPort: 8080, containerPort: 81 }] } }),
      heddleConfig({ args: { cni: { ips: "all" } } }),
      heddleConfig({ bridge: "br-other" }),
      heddleConfig({ prevResult: { cniVersion: "1.0.0" } }),
      heddleConfig(),
    ];
    const parse = createConfigParser();
    for (const json of [...requests, ...requests.toReversed()])
      assert.deepEqual(told(parse, json), told(parseConfig, json));
  });

  it("checks a configuration once", () => {
    const parse = createConfigParser();
    const { config } = parse(heddleConfig());
    assert.equal(parse(heddleConfig({ runtimeConfig: asked })).config, config);
    assert.notEqual(parse(heddleConfig({ mtu: 1400 })).config, config);
  });

  it("forgets what was there before many others", () => {
    const parse = createConfigParser();
    const { config } = parse(heddleConfig());
    for (let mtu = 1400; mtu < 1420; mtu += 1) parse(heddleConfig({ mtu }));
    assert.notEqual(parse(heddleConfig()).config, config);
  });
});
