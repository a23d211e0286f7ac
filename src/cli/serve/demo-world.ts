import { UsageError } from "../../base/index.ts";
import { type DemoWorld } from "../ports.ts";

type Part = Readonly<{ least: number; most: number; means: string }>;

const parts: Readonly<Record<keyof DemoWorld, Part>> = {
  seed: { least: 0, most: 4_294_967, means: "which world: the same seed gives the same" },
  clusters: { least: 1, most: 300, means: "how many clusters" },
  pods: { least: 1, most: 50_000, means: "how many pods in each, about" },
};

const isPart = (name: string): name is keyof DemoWorld => Object.hasOwn(parts, name);

/** Reads `--demo=seed:7,clusters:20,pods:5000`, parts in any order. A UsageError names the part that is wrong. */
export function parseDemoWorld(text: string): DemoWorld {
  const world: Partial<Record<keyof DemoWorld, number>> = {};
  for (const part of text.split(",").filter((part) => part.trim() !== "")) {
    const [name = "", value = ""] = part.split(/:(.*)/s).map((half) => half.trim());
    if (!isPart(name)) throw new UsageError(`--demo: found "${part}", expected ${expectations}`);
    if (world[name] !== undefined) throw new UsageError(`--demo: ${name} is given twice`);
    world[name] = parseNumber(name, value);
  }
  return world;
}

function parseNumber(name: keyof DemoWorld, text: string): number {
  const { least, most, means } = parts[name];
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new UsageError(`--demo: ${name}: found "${text}", expected a whole number from ${least} to ${most} (${means})`);
}

const expectations = `parts like seed:7,clusters:20,pods:5000 (there are ${Object.keys(parts).join(", ")})`;
