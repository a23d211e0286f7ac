import { type Served } from "../../served.ts";
import { type World } from "../world/world.ts";
import { type Listener } from "./listener.ts";

const limit = 5;

/**
 * What a server answers, and what a subscriber heard, against what the clusters have: every object by its
 * resourceVersion. Empty when all is the same; else the first few differences in words.
 */
export async function findDifferences(world: World, server: Served, listener: Listener): Promise<readonly string[]> {
  const there = await world.versions();
  const found: string[] = [];
  for (const [index, versions] of there.entries()) {
    const cluster = world.clusters[index]?.name ?? "";
    const expected = new Map(Object.entries(versions));
    const kept = await keptBy(server, cluster, new Set([...expected.keys()].map(collectionOf)));
    found.push(...compare(expected, kept, `${cluster}, kept: `));
    const heard = [...(listener.heard.get(cluster) ?? [])];
    // What never changed was never told.
    for (const [key, version] of heard)
      if ((expected.get(key) ?? "") !== version)
        found.push(`${cluster}, heard: ${key} at "${version}", it is at "${expected.get(key) ?? ""}"`);
    if (found.length >= limit) break;
  }
  return found.slice(0, limit);
}

const collectionOf = (key: string): string => key.split(" ")[0] ?? "";

/** Pure: of two maps of the same, what one lacks, has too much, or has otherwise. */
export function compare(
  expected: ReadonlyMap<string, string>,
  actual: ReadonlyMap<string, string>,
  who: string,
): readonly string[] {
  const lacking = [...expected].flatMap(([key, version]) => {
    const own = actual.get(key);
    if (own === version) return [];
    return [own === undefined ? `${who}lacks ${key}` : `${who}${key} at ${own}, it is at ${version}`];
  });
  const superfluous = [...actual.keys()].filter((key) => !expected.has(key)).map((key) => `${who}${key} is gone`);
  return [...lacking, ...superfluous];
}

type Listed = Readonly<{
  ok: boolean;
  error?: Readonly<{ message: string }>;
  value?: Readonly<{
    objects: readonly Readonly<{
      metadata: Readonly<{ namespace?: string; name: string; resourceVersion: string }>;
    }>[];
  }>;
}>;

async function keptBy(
  server: Served,
  cluster: string,
  collections: ReadonlySet<string>,
): Promise<ReadonlyMap<string, string>> {
  const kept = new Map<string, string>();
  for (const kind of collections) {
    const answer = JSON.parse(await server.ask("/api/reader/list", { kind, clusters: [cluster] })) as Listed;
    if (!answer.ok) throw new Error(`${cluster} does not answer ${kind}: ${answer.error?.message}`);
    for (const { metadata } of answer.value?.objects ?? [])
      kept.set(`${kind} ${metadata.namespace ?? ""}/${metadata.name}`, metadata.resourceVersion);
  }
  return kept;
}
