import { dirname, isAbsolute, resolve } from "node:path";
import { nearestWord, UsageError } from "../../base/index.ts";
import { type ClusterFields, type ContextFields, kubeconfigSchema, type UserFields } from "./kubeconfig-schema.ts";
import { checkYaml, parseYaml } from "./yaml-document.ts";
import { type DocumentPath } from "./yaml-place.ts";

/** Where an entry of a kubeconfig stands, for messages and for its relative paths. */
export type Origin = Readonly<{
  file: string;
  /** "file:line" of the entry, or of a key in it. */
  at(...keys: DocumentPath): string;
  /** A path of the entry as an absolute one: relative paths are meant from the folder of the file that names them. */
  path(written: string): string;
}>;

export type Entry<Fields> = Readonly<{ fields: Fields; origin: Origin }>;

/**
 * One or more kubeconfig files as one. Secrets in it are closures: printing it shows none. Nothing that it names has
 * been read or contacted.
 */
export type Kubeconfig = Readonly<{
  /** The files that exist, in order of precedence. */
  files: readonly string[];
  currentContext: string | undefined;
  clusters: ReadonlyMap<string, Entry<ClusterFields>>;
  users: ReadonlyMap<string, Entry<UserFields>>;
  contexts: ReadonlyMap<string, Entry<ContextFields>>;
}>;

/** One context as people see it, without anything secret. */
export type KubeContext = Readonly<{
  name: string;
  cluster: string;
  user: string;
  namespace?: string;
  /** As written; undefined when the cluster is missing or names none. */
  server?: string;
  /** The file that the context stands in. */
  file: string;
  /** The one that kubectl would use. */
  current: boolean;
}>;

/**
 * One file's text. `file` is its absolute path. Fails with a UsageError HEDDLE_KUBECONFIG_INVALID that names file, line
 * and key; references between entries are checked when a context is used, as kubectl does.
 */
export function parseKubeconfig(text: string, file: string): Kubeconfig {
  const document = parseYaml(text, file);
  const parsed = checkYaml(document, kubeconfigSchema);
  const origin = (...base: DocumentPath): Origin => ({
    file,
    at: (...keys) => `${file}:${document.lineOf([...base, ...keys])}`,
    path: (written) => (isAbsolute(written) ? written : resolve(dirname(file), written)),
  });
  return {
    files: [file],
    currentContext: parsed["current-context"],
    clusters: byName(
      "cluster",
      parsed.clusters.map(({ name, cluster }, i) => [
        name,
        { fields: cluster, origin: origin("clusters", i, "cluster") },
      ]),
    ),
    users: byName(
      "user",
      parsed.users.map(({ name, user }, i) => [name, { fields: user, origin: origin("users", i, "user") }]),
    ),
    contexts: byName(
      "context",
      parsed.contexts.map(({ name, context }, i) => [
        name,
        { fields: context, origin: origin("contexts", i, "context") },
      ]),
    ),
  };
}

/** As kubectl merges the files of KUBECONFIG: the first to name an entry has it whole; nothing is mixed. */
export function mergeKubeconfigs(configs: readonly Kubeconfig[]): Kubeconfig {
  return {
    files: configs.flatMap(({ files }) => files),
    currentContext: configs.find(({ currentContext }) => currentContext !== undefined)?.currentContext,
    clusters: firstWins(configs.map(({ clusters }) => clusters)),
    users: firstWins(configs.map(({ users }) => users)),
    contexts: firstWins(configs.map(({ contexts }) => contexts)),
  };
}

/** Every context in order of the files, without reading a credential or contacting anyone. */
export function listContexts(config: Kubeconfig): readonly KubeContext[] {
  return [...config.contexts].map(([name, { fields, origin }]) => {
    const server = config.clusters.get(fields.cluster ?? "")?.fields.server;
    return {
      name,
      cluster: fields.cluster ?? "",
      user: fields.user ?? "",
      ...(fields.namespace !== undefined && { namespace: fields.namespace }),
      ...(server !== undefined && { server }),
      file: origin.file,
      current: name === config.currentContext,
    };
  });
}

/** A mistake in a kubeconfig, `where` being "file:line". */
export const invalidKubeconfig = (where: string, problem: string): UsageError =>
  new UsageError(`${where}: ${problem}`, { code: "HEDDLE_KUBECONFIG_INVALID" });

/** "; did you mean …?" or the names there are, for a name that is not among them. */
export function alternatives(name: string, known: Iterable<string>): string {
  const names = [...known];
  const near = nearestWord(name, names);
  if (near !== undefined) return `; did you mean "${near}"?`;
  if (names.length === 0) return "; there is none at all";
  const shown = names.slice(0, 10).map((known) => `"${known}"`);
  return `; there ${names.length === 1 ? "is" : "are"} ${shown.join(", ")}${names.length > 10 ? ", …" : ""}`;
}

function byName<T extends Entry<unknown>>(what: string, entries: readonly (readonly [string, T])[]): Map<string, T> {
  const named = new Map<string, T>();
  for (const [name, entry] of entries) {
    const earlier = named.get(name);
    if (earlier !== undefined)
      throw invalidKubeconfig(
        entry.origin.at(),
        `a second ${what} is named "${name}", the first at ${earlier.origin.at()}`,
      );
    named.set(name, entry);
  }
  return named;
}

function firstWins<T>(maps: readonly ReadonlyMap<string, T>[]): ReadonlyMap<string, T> {
  const merged = new Map<string, T>();
  for (const [name, entry] of maps.flatMap((map) => [...map])) {
    if (!merged.has(name)) merged.set(name, entry);
  }
  return merged;
}
