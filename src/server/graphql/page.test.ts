import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { parse, printSchema, validate } from "graphql";
import { createLimitsRule } from "./limits.ts";
import { createSchema } from "./schema.ts";

const path = new URL("../../../docs/graphql.md", import.meta.url);
const heading = "## Schema\n";

describe("docs/graphql.md", () => {
  const schema = createSchema();
  const page = readFileSync(path, "utf8");
  const [written = ""] = page.split(heading);

  it("shows the schema as it is (UPDATE=1 writes it)", () => {
    const expected = `${written}${heading}\nKept in step with the code by its tests (\`UPDATE=1\` writes it).\n\n\`\`\`text\n${printSchema(schema)}\n\`\`\`\n`;
    if (process.env["UPDATE"] === "1") writeFileSync(path, expected);
    assert.equal(readFileSync(path, "utf8"), expected);
  });

  it("shows questions that the schema answers and the limits allow", () => {
    const questions = [...written.matchAll(/```graphql\n([^]*?)```/g)].map(([, question]) => question ?? "");
    assert.ok(questions.length >= 5);
    for (const question of questions) assert.deepEqual(validate(schema, parse(question)), [], question);
    for (const question of questions)
      assert.deepEqual(validate(schema, parse(question), [createLimitsRule({})]), [], question);
  });
});
