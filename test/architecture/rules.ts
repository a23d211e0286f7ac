import { dirname, join, normalize } from "node:path";

/** One source file: its path below src with "/" between parts, and what it imports (specifiers as written). */
export type SourceFile = Readonly<{ path: string; imports: readonly string[] }>;

export type Violation = Readonly<{
  rule: "arrow" | "door" | "cycle" | "no door" | "unknown area" | "drawer" | "kernel";
  file: string;
  message: string;
}>;

/** Which areas each area may import: the drawing of the house (docs/architecture.md), arrows pointing up only. */
export const house: Readonly<Record<string, readonly string[]>> = (() => {
  const base: string[] = [];
  const model = ["base"];
  const schema = [...model, "model"];
  const cluster = [...schema, "schema"];
  const many = [...cluster, "cluster"];
  const fleet = [...many];
  const events = [...many];
  const catalog = [...many, "events"];
  const inventory = [...many, "fleet", "events", "catalog"];
  const apply = [...many];
  const policy = ["base", "model"];
  const mesh = ["base", "model"];
  const middle = [...inventory, "inventory", "apply", "policy", "mesh"];
  const adapters = ["base", "model", "schema", "cluster"];
  const server = [...middle, "gitops", "workload", "inspect", "network"];
  const agent = ["base", "model", "cluster", "policy", "mesh"];
  const sim = ["base", "model", "schema"];
  const main = [...server, "server", "cli", "agent", "sim", "platform"];
  return {
    base,
    model,
    schema,
    cluster,
    fleet,
    events,
    catalog,
    inventory,
    apply,
    policy,
    mesh,
    gitops: middle,
    workload: middle,
    network: middle,
    inspect: middle,
    platform: adapters,
    server,
    cli: ["base", "model"],
    agent,
    sim,
    main,
  };
})();

/** A drawer begins where a file is added without asking; base stays small on purpose. */
export const baseFileLimit = 12;

/** Every broken rule of the house, in words that tell the way out. */
export function findViolations(files: readonly SourceFile[]): readonly Violation[] {
  const areas = new Set(files.map(({ path }) => areaOf(path)));
  const known = new Set(files.map(({ path }) => path));
  return [
    ...[...areas].flatMap((area) => checkArea(area, known)),
    ...files.flatMap((file) => file.imports.flatMap((specifier) => checkImport(file, specifier))),
    ...files.flatMap(checkKernel),
    ...findCycles(files),
    ...checkDrawer(files),
  ];
}

/** What calls Linux itself. A fault in it ends the process: one folder owns it, in a thread of its own. */
const linuxCalls = "koffi";

function checkKernel({ path, imports }: SourceFile): readonly Violation[] {
  if (!imports.includes(linuxCalls) || path.startsWith("agent/kernel/")) return [];
  return [{ rule: "kernel", file: path, message: `imports ${linuxCalls}: only src/agent/kernel calls Linux` }];
}

/** Tests and what only they import (folders named testing) may reach for real parts outside src. */
const isTest = (path: string): boolean => path.endsWith(".test.ts") || path.split("/").includes("testing");

const areaOf = (path: string): string => path.split("/")[0] ?? "";

function checkArea(area: string, known: ReadonlySet<string>): readonly Violation[] {
  if (house[area] === undefined) {
    return [
      {
        rule: "unknown area",
        file: area,
        message: `src/${area} is no area of the house: add it to the drawing in docs/architecture.md and to the table here`,
      },
    ];
  }
  // main is the composition root: nothing imports it, its entry is the bundle's.
  if (area === "main" || known.has(`${area}/index.ts`)) return [];
  return [{ rule: "no door", file: area, message: `src/${area} has no index.ts: each area has one door` }];
}

function checkImport({ path }: SourceFile, specifier: string): readonly Violation[] {
  if (!specifier.startsWith(".")) return [];
  const target = resolveImport(path, specifier);
  const [from, to] = [areaOf(path), areaOf(target)];
  if (from === to) {
    const ownDoor = target === `${to}/index.ts` && !isTest(path);
    return ownDoor
      ? [{ rule: "door", file: path, message: `imports its own area's door: import the file itself` }]
      : [];
  }
  if (target.startsWith("../")) {
    if (isTest(path)) return [];
    return [{ rule: "arrow", file: path, message: `imports ${target}, which lies outside src: only tests may` }];
  }
  // A test may use what lies below main to compose a real part.
  if (!isTest(path) && !house[from]?.includes(to)) {
    return [
      {
        rule: "arrow",
        file: path,
        message: `${from} must not import ${to}: it may import ${house[from]?.join(", ") || "no area"}`,
      },
    ];
  }
  if (target === `${to}/index.ts` || isTest(path)) return [];
  return [
    {
      rule: "door",
      file: path,
      message: `imports ${target}: other areas are entered by their door, src/${to}/index.ts`,
    },
  ];
}

const resolveImport = (path: string, specifier: string): string => normalize(join(dirname(path), specifier));

/** Depth-first over files; tests and types count as well, for a cycle of types is a cycle of thought. */
function findCycles(files: readonly SourceFile[]): readonly Violation[] {
  const targets = new Map(
    files.map((file) => [
      file.path,
      file.imports.filter((name) => name.startsWith(".")).map((name) => resolveImport(file.path, name)),
    ]),
  );
  const done = new Set<string>();
  const found: Violation[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) {
      found.push({
        rule: "cycle",
        file: path,
        message: `imports itself by way of ${[...trail.slice(at), path].join(" → ")}`,
      });
      return;
    }
    if (done.has(path)) return;
    for (const target of targets.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const { path } of files) visit(path, []);
  return found;
}

function checkDrawer(files: readonly SourceFile[]): readonly Violation[] {
  const modules = files.filter(({ path }) => areaOf(path) === "base" && !isTest(path) && path !== "base/index.ts");
  const tests = new Set(files.filter(({ path }) => isTest(path)).map(({ path }) => path));
  const untested = modules.filter(({ path }) => !tests.has(path.replace(/\.ts$/, ".test.ts")));
  const nested = modules.filter(({ path }) => path.split("/").length > 2);
  return [
    ...untested.map(({ path }): Violation => ({
      rule: "drawer",
      file: path,
      message: "has no test beside it: base holds tested ideas only",
    })),
    ...nested.map(({ path }): Violation => ({
      rule: "drawer",
      file: path,
      message: "lies in a folder of base: an idea that needs a folder is an area",
    })),
    ...(modules.length > baseFileLimit
      ? [
          {
            rule: "drawer",
            file: "base",
            message: `holds ${modules.length} files, ${baseFileLimit} are allowed: which of them belongs to one area?`,
          } as const,
        ]
      : []),
  ];
}
