import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { buildSchema, type GraphQLSchema, parse, validate } from "graphql";

/** The schema as docs/graphql.md has it, which the server's own tests keep in step with the code. */
function readSchema(): GraphQLSchema {
  const docs = readFileSync(join(import.meta.dirname, "../../docs/graphql.md"), "utf8");
  const sdl = /## Schema[\s\S]*?```\w*\n([\s\S]*?)```/.exec(docs)?.[1];
  assert.ok(sdl, "docs/graphql.md has a block below ## Schema");
  return buildSchema(sdl);
}

/** Documents of one source: templates marked as GraphQL, with the fragments of fields that they take in. */
function documentsOf(source: string): readonly string[] {
  const marked = [...source.matchAll(/const (\w+) = \/\* GraphQL \*\/ `([^`]*)`/g)];
  const byName = new Map(marked.map(([, name = "", text = ""]) => [name, text]));
  const whole = (text: string): string => text.replace(/\$\{(\w+)\}/g, (_all, name: string) => byName.get(name) ?? "");
  return [...byName.values()].filter((text) => /^\s*(query|subscription|mutation)\b/.test(text)).map(whole);
}

describe("the documents that the pages ask with", () => {
  const schema = readSchema();
  const files = globSync("**/*.{ts,tsx}", { cwd: import.meta.dirname }).filter((file) => !file.endsWith(".test.ts"));
  const found = files.flatMap((file) =>
    documentsOf(readFileSync(join(import.meta.dirname, file), "utf8")).map((text) => ({ file, text })),
  );

  it("are found", () => assert.ok(found.length >= 10, `found ${found.length}`));

  for (const { file, text } of found) {
    const [, what = ""] = /(\w+ \w+)/.exec(text) ?? [];
    it(`mean something to the server: ${what} of ${file}`, () => {
      assert.deepEqual(
        validate(schema, parse(text)).map(({ message }) => message),
        [],
      );
    });
  }
});
