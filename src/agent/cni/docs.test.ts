import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { type JsonObject } from "../../model/index.ts";
import { parseConfig } from "./config.ts";
import { configShape } from "./config-schema.ts";
import { cniCodes, CniError } from "./errors.ts";

describe("the page on the CNI plugin", () => {
  let page = "";
  let plugin: JsonObject = {};
  before(async () => {
    page = await readFile(join(import.meta.dirname, "../../../docs/cni.md"), "utf8");
    const { name, plugins } = JSON.parse(block("json"));
    plugin = { ...plugins[0], name };
  });
  const block = (language: string): string => new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(page)?.[1] ?? "";

  it("shows a configuration that is right", () => {
    assert.equal(parseConfig(plugin).config.name, "heddle");
  });

  it("shows what a wrong one is answered by, word for word", () => {
    const routes = [{ dst: "0.0.0.0/0" }, { dst: "0.0.0.0/0" }];
    const ipam = { ...(plugin["ipam"] as JsonObject), gateway: "10.9.0.1", routes };
    assert.throws(
      () => parseConfig({ ...plugin, ipam }),
      (error) => error instanceof CniError && `${error.text}\n` === block("text"),
    );
  });

  it("names every field", () => {
    const { ipam, dns, heddle } = configShape;
    const nested = [
      ...Object.keys(ipam.shape).map((key) => `ipam.${key}`),
      ...Object.keys(heddle.unwrap().shape).map((key) => `heddle.${key}`),
      ...Object.keys(ipam.shape.routes.unwrap().element.shape),
    ];
    for (const key of [...nested, "bridge", "mtu", "capabilities", "dns", ...Object.keys(dns.unwrap().shape)])
      assert.ok(page.includes(`\`${key}\``), `${key} is not told`);
  });

  it("names every code", () => {
    const told = [...page.matchAll(/^\| (\d+) /gm)].map(([, code]) => Number(code));
    const known = Object.values(cniCodes).filter((code) => code !== cniCodes.unsupportedField);
    assert.deepEqual(
      told,
      known.toSorted((a, b) => a - b),
    );
  });
});
