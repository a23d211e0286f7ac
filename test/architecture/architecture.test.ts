import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { baseFileLimit, findViolations, house, type SourceFile, type Violation } from "./rules.ts";

const root = join(import.meta.dirname, "../..");
const importPattern =
  /(?:^|\n)\s*(?:import|export)\s[^"';]*?from\s*"([^"]+)"|(?:^|[^\w.])import\(\s*"([^"]+)"\s*\)|(?:^|\n)import\s+"([^"]+)"/g;

const read = (path: string): SourceFile => {
  const text = readFileSync(join(root, "src", path), "utf8");
  return { path, imports: [...text.matchAll(importPattern)].map((match) => match[1] ?? match[2] ?? match[3] ?? "") };
};

const sound: readonly SourceFile[] = [
  { path: "base/index.ts", imports: ["./errors.ts"] },
  { path: "base/errors.ts", imports: [] },
  { path: "base/errors.test.ts", imports: ["./errors.ts"] },
  { path: "model/index.ts", imports: ["../base/index.ts", "./ids.ts"] },
  { path: "model/ids.ts", imports: ["../base/index.ts"] },
  { path: "cluster/index.ts", imports: ["./follow/follow.ts"] },
  { path: "cluster/follow/follow.ts", imports: ["../../model/index.ts", "undici"] },
];

const rulesBroken = (...extra: readonly SourceFile[]): readonly Violation["rule"][] => [
  ...new Set(findViolations([...sound, ...extra]).map(({ rule }) => rule)),
];

describe("the house", () => {
  it("stands: no forbidden import, no cycle, no area without a door", () => {
    const files = globSync("**/*.ts", { cwd: join(root, "src") }).map((path) => read(path.replaceAll("\\", "/")));
    assert.ok(files.length > 50, "the sources were found");
    assert.deepEqual(
      findViolations(files).map(({ file, message }) => `${file}: ${message}`),
      [],
    );
  });

  it("is drawn in docs/architecture.md with every area of the table", () => {
    const drawing = readFileSync(join(root, "docs/architecture.md"), "utf8");
    for (const area of Object.keys(house))
      assert.match(drawing, new RegExp(`\\b${area}\\b`), `${area} is missing from the drawing`);
  });

  it("has arrows that point up only: no area of the table reaches itself", () => {
    const reach = (area: string, seen: ReadonlySet<string> = new Set()): ReadonlySet<string> =>
      (house[area] ?? []).reduce((all, next) => (all.has(next) ? all : new Set([...reach(next, all), next])), seen);
    for (const area of Object.keys(house)) assert.ok(!reach(area).has(area), area);
  });
});

describe("a seeded violation proves each rule", () => {
  it("finds nothing wrong with a sound house", () => assert.deepEqual(rulesBroken(), []));

  for (const [name, rule, files] of [
    ["an arrow that points down", "arrow", [{ path: "model/bad.ts", imports: ["../cluster/index.ts"] }]],
    [
      "siblings that import each other",
      "arrow",
      [
        { path: "network/index.ts", imports: ["../workload/index.ts"] },
        { path: "workload/index.ts", imports: [] },
      ],
    ],
    ["an import from outside src", "arrow", [{ path: "cluster/bad.ts", imports: ["../../test/kube/index.ts"] }]],
    ["a side entrance", "door", [{ path: "fleet/index.ts", imports: ["../cluster/follow/follow.ts"] }]],
    ["a file that imports its own area's door", "door", [{ path: "cluster/bad.ts", imports: ["./index.ts"] }]],
    [
      "a cycle of files",
      "cycle",
      [
        { path: "cluster/a.ts", imports: ["./b.ts"] },
        { path: "cluster/b.ts", imports: ["./a.ts"] },
      ],
    ],
    ["an area without a door", "no door", [{ path: "fleet/config.ts", imports: [] }]],
    ["an area that is not in the drawing", "unknown area", [{ path: "misc/index.ts", imports: [] }]],
    ["an untested file in base", "drawer", [{ path: "base/odds.ts", imports: [] }]],
    [
      "a Linux call outside of the kernel's thread",
      "kernel",
      [
        { path: "agent/index.ts", imports: [] },
        { path: "agent/kernel/calls.ts", imports: ["koffi"] },
        { path: "agent/links/plan.ts", imports: ["koffi"] },
      ],
    ],
    [
      "a folder in base",
      "drawer",
      [
        { path: "base/odds/ends.ts", imports: [] },
        { path: "base/odds/ends.test.ts", imports: [] },
      ],
    ],
    [
      "a base that became a drawer",
      "drawer",
      Array.from({ length: baseFileLimit }, (_, i) => [
        { path: `base/i${i}.ts`, imports: [] },
        { path: `base/i${i}.test.ts`, imports: [] },
      ]).flat(),
    ],
  ] as const) {
    it(`catches ${name}`, () => assert.deepEqual(rulesBroken(...files), [rule]));
  }

  it("sees imports however they are written", () => {
    const text = `import { a } from "./a.ts";\nimport {\n  b,\n} from "./b.ts";\nexport * from "./c.ts";\nconst d = await import("./d.ts");\nimport type { E } from "./e.ts";\n`;
    assert.deepEqual(
      [...text.matchAll(importPattern)].map((match) => match[1] ?? match[2] ?? match[3]),
      ["./a.ts", "./b.ts", "./c.ts", "./d.ts", "./e.ts"],
    );
  });
});
