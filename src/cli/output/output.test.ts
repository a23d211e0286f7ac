import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { describe, it } from "node:test";
import fc from "fast-check";
import { UsageError } from "../../base/index.ts";
import { type JsonValue, parseClusterId } from "../../model/index.ts";
import { pod } from "../testing/objects.ts";
import { parseCustomColumns } from "./custom-columns.ts";
import { parseOutputFormat } from "./format.ts";
import { createLayout, printable } from "./layout.ts";
import { createOutput } from "./output.ts";
import { createScreen, cut } from "./screen.ts";
import { compareValues, sortEntries } from "./sort.ts";

describe("the layout of tables", () => {
  it("puts three blanks between columns and none behind the last", () => {
    assert.equal(
      createLayout().lines([
        ["A", "LONG", ""],
        ["longer", "b", "c"],
      ]),
      "A        LONG\nlonger   b      c\n",
    );
  });

  it("aligns every column at the same place, whatever the cells say", () => {
    const cell = fc
      .string({ unit: "grapheme-ascii", minLength: 1, maxLength: 8 })
      .filter((text) => text.trim() === text);
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 6 }), (rows) => {
        const lines = createLayout().lines(rows).trimEnd().split("\n");
        const widths = [0, 1].map((index) => Math.max(...rows.map((row) => (row[index] ?? "").length)));
        for (const [index, line] of lines.entries()) {
          const [a, b, c] = rows[index] ?? ["", "", ""];
          assert.equal(line, `${a.padEnd((widths[0] ?? 0) + 3)}${b.padEnd((widths[1] ?? 0) + 3)}${c}`);
        }
      }),
    );
  });

  it("does not count colours, and keeps the widths of earlier lines", () => {
    const layout = createLayout();
    layout.lines([["abcdef", "x"]]);
    assert.equal(layout.lines([[{ text: "ab", colour: "\u001b[31m" }, "y"]]), "\u001b[31mab\u001b[39m       y\n");
  });

  it("shows the first line of a text, and control characters as letters", () => {
    assert.equal(printable("one\ntwo"), "one...");
    assert.equal(printable("\u001b[31mred\u0007"), "^[[31mred^G");
    assert.equal(printable("grün 🙂"), "grün 🙂");
  });
});

describe("colour", () => {
  const colourOf = (isTTY: boolean, env: Readonly<Record<string, string>>): boolean =>
    createOutput({ stdout: Object.assign(new PassThrough(), { isTTY }), stderr: new PassThrough(), env }).colour;

  it("is for terminals that want it", () => {
    assert.equal(colourOf(true, {}), true);
    assert.equal(colourOf(true, { NO_COLOR: "" }), true);
    assert.equal(colourOf(true, { NO_COLOR: "1" }), false);
    assert.equal(colourOf(true, { TERM: "dumb" }), false);
    assert.equal(colourOf(false, {}), false);
  });
});

describe("a slow reader of stdout", () => {
  it("is waited for", async () => {
    const stdout = new PassThrough({ highWaterMark: 4 });
    const output = createOutput({ stdout, stderr: new PassThrough(), env: {} });
    let written = false;
    const writing = output.write("more than four").then(() => (written = true));
    await new Promise(setImmediate);
    assert.equal(written, false);
    stdout.resume();
    await writing;
    assert.equal(written, true);
  });
});

describe("--sort-by", () => {
  const entry = (name: string, labels: Readonly<Record<string, string>> = {}) => ({
    cluster: { id: parseClusterId("a"), name: "a", server: "" },
    object: pod(name, { metadata: { labels } }),
    kept: false,
  });
  const names = (path: string, ...entries: readonly ReturnType<typeof entry>[]): readonly string[] =>
    sortEntries(entries, path).map(({ object }) => object.metadata.name);

  it("orders text by character as kubectl does, digits too, and keeps the order of equals", () => {
    assert.deepEqual(names(".metadata.name", entry("web-2"), entry("web-10"), entry("db")), ["db", "web-10", "web-2"]);
    assert.deepEqual(names(".kind", entry("b"), entry("a")), ["b", "a"]);
  });

  it("orders quantities by amount and what is missing first", () => {
    const [small, large, none] = [entry("small", { size: "900Mi" }), entry("large", { size: "1Gi" }), entry("none")];
    assert.deepEqual(names("{.metadata.labels.size}", large, small, none), ["none", "small", "large"]);
  });

  it("refuses a path that no object has", () => {
    assert.throws(() => names(".spec.nope", entry("a")), UsageError);
    assert.deepEqual(names(".spec.nope"), []);
  });

  it("compares numbers with quantities", () => {
    const inOrder: readonly JsonValue[] = [-1, "500m", 1, "1k", 2000];
    for (const [index, value] of inOrder.entries())
      for (const later of inOrder.slice(index + 1))
        assert.ok(compareValues(value, later) < 0, `${String(value)} ${String(later)}`);
  });
});

describe("-o", () => {
  it("knows its formats and refuses others with the list of them", async () => {
    assert.deepEqual(await parseOutputFormat(undefined), { kind: "table", wide: false });
    assert.deepEqual(await parseOutputFormat("wide"), { kind: "table", wide: true });
    assert.deepEqual(await parseOutputFormat("yaml"), { kind: "yaml" });
    for (const text of ["xml", "yaml=1", "jsonpath", "jsonpath=", "custom-columns", "jsonpath={.a", "custom-columns=A"])
      await assert.rejects(parseOutputFormat(text), UsageError, text);
    await assert.rejects(parseOutputFormat("xml"), /table, wide, json, yaml, name, jsonpath=…, custom-columns=…/);
  });
});

describe("custom columns", () => {
  it("take a header and a path each, with commas inside brackets", () => {
    const columns = parseCustomColumns(
      "NAME:.metadata.name,IMAGES:{.spec.containers[*].image},X:.spec.containers[0]['name','image'],NO:.nope",
    );
    assert.deepEqual(
      columns.map(({ header }) => header),
      ["NAME", "IMAGES", "X", "NO"],
    );
    assert.deepEqual(
      columns.map(({ cell }) => cell(pod("web"))),
      ["web", "web:1", "web,web:1", "<none>"],
    );
  });
});

describe("a screen", () => {
  it("draws again in its place, cut to the terminal's size, and gives the cursor back", () => {
    const stdout = Object.assign(new PassThrough({ encoding: "utf8" }), { isTTY: true, columns: 5, rows: 4 });
    {
      using screen = createScreen(stdout);
      screen.draw(["123456789", "b", "c", "left out"]);
      screen.draw(["x"]);
    }
    assert.equal(
      stdout.read(),
      "\u001b[?25l\r12345\u001b[K\nb\u001b[K\nc\u001b[K\n\u001b[J\u001b[3A\rx\u001b[K\n\u001b[J\u001b[?25h",
    );
  });

  it("cuts by characters and keeps escape sequences whole", () => {
    assert.equal(cut("\u001b[31mabc\u001b[39mdef", 4), "\u001b[31mabc\u001b[39md");
    assert.equal(cut("🙂🙂🙂", 2), "🙂🙂");
  });
});
