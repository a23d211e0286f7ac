import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { z } from "zod";
import { UsageError } from "../../base/index.ts";
import { parseConfig } from "./load.ts";
import { defaultLive, defaultResources } from "./model.ts";
import { configSchema } from "./schema.ts";

describe("the page on configuration", () => {
  let page = "";
  before(async () => {
    page = await readFile(join(import.meta.dirname, "../../../docs/configuration.md"), "utf8");
  });
  const blocks = (language: string): readonly string[] =>
    [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, "gm"))].map(([, text = ""]) => text);
  const parse = (text: string) =>
    parseConfig(text, { env: { LAB_TOKEN: "secret" }, home: "/home/me", path: "heddle.yaml" });

  it("shows a file that is right, with every default as it is", () => {
    const { live } = parse(blocks("yaml")[0] ?? "");
    assert.deepEqual(live, defaultLive);
  });

  it("shows what a bad edit is answered by, word for word", () => {
    const [, bad = ""] = blocks("yaml");
    assert.throws(
      () => parse(bad),
      (error) => error instanceof UsageError && `${error.message}\n` === blocks("text")[0],
    );
  });

  it("names every key in its table, and no other", () => {
    const cluster = configSchema.shape.clusters.element.shape;
    const resources = cluster.resources.unwrap().shape;
    const known = [configSchema.shape, cluster, resources, cluster.tls_config.unwrap().shape].flatMap((shape) =>
      Object.keys(shape),
    );
    const table = page.slice(page.indexOf("| key"), page.indexOf("Durations are written"));
    const keys = table
      .split("\n")
      .flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`(?:clusters\[\]\.)?([\w.]+)`/g)]);
    const named = keys.flatMap(([, key = ""]) => key.split("."));
    for (const key of named) assert.ok(known.includes(key), `${key} is no key`);
    for (const key of known.filter((key) => key !== "clusters"))
      assert.ok(table.includes(`${key}\``) || table.includes(`.${key}`), `${key} is not told`);
    for (const kind of defaultResources.exclude) assert.ok(table.includes(`\`${kind}\``), kind);
    assert.ok(configSchema instanceof z.ZodObject);
  });
});
