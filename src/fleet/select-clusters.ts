import { nearestWord, UsageError } from "../base/index.ts";
import { type ClusterInfo } from "../model/index.ts";

const traits = { env: "environment", environment: "environment", region: "region" } as const;
type Trait = (typeof traits)[keyof typeof traits];

/**
 * The clusters that `text` means, in the fleet's order: "a,b", "env=prod", "region=us-east-1,a". Each term is an id, a
 * name, or a trait and its value; commas add up (a union). A name is a name before it is a trait. Fails with a
 * UsageError that offers the near word for a term that means no cluster.
 */
export function selectClusters<T extends ClusterInfo>(clusters: readonly T[], text: string): readonly T[] {
  const terms = text.split(",").map((term) => term.trim());
  if (terms.includes("")) throw new UsageError(`--clusters "${text}" has an empty part; expected ids, names, ${forms}`);
  const chosen = new Set(terms.flatMap((term) => selectTerm(clusters, term)));
  return clusters.filter((cluster) => chosen.has(cluster));
}

const forms = "env=… or region=…, with commas between them";

function selectTerm<T extends ClusterInfo>(clusters: readonly T[], term: string): readonly T[] {
  const named = clusters.filter(({ id, name }) => id === term || name === term);
  if (named.length > 0) return named;
  const equals = term.indexOf("=");
  if (equals > 0) return selectTrait(clusters, term.slice(0, equals), term.slice(equals + 1));
  const words = [...new Set(clusters.flatMap(({ id, name }) => [id, name]))];
  throw new UsageError(`--clusters: no cluster has the id or name "${term}"${advice(term, words)}`);
}

function selectTrait<T extends ClusterInfo>(clusters: readonly T[], key: string, value: string): readonly T[] {
  const trait: Trait | undefined = isTrait(key) ? traits[key] : undefined;
  if (trait === undefined)
    throw new UsageError(`--clusters: "${key}" is no trait of a cluster${advice(key, Object.keys(traits))}`);
  const chosen = clusters.filter((cluster) => cluster[trait] === value);
  if (chosen.length > 0) return chosen;
  const values = [...new Set(clusters.flatMap((cluster) => cluster[trait] ?? []))];
  throw new UsageError(`--clusters: no cluster has ${key}=${value}${advice(value, values)}`);
}

const isTrait = (key: string): key is keyof typeof traits => Object.hasOwn(traits, key);

function advice(word: string, known: readonly string[]): string {
  const near = nearestWord(word, known);
  if (near !== undefined) return `; did you mean "${near}"?`;
  if (known.length === 0) return "; none is set";
  return `; expected one of ${known.slice(0, 10).join(", ")}${known.length > 10 ? ", …" : ""}`;
}
