import { readFile } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import { systemCodeOf, UsageError } from "../../base/index.ts";
import { readFailure } from "./failures.ts";
import { type Kubeconfig, mergeKubeconfigs, parseKubeconfig } from "./kubeconfig.ts";

export type KubeconfigSources = Readonly<{
  /** The value of --kubeconfig: one path. */
  flag?: string | undefined;
  /** Where KUBECONFIG is looked up: a list of paths, separated as PATH is. */
  env: Readonly<Record<string, string | undefined>>;
  home: string;
}>;

/** The paths to load, in order: --kubeconfig, else KUBECONFIG, else ~/.kube/config. Absolute, each once. */
export function kubeconfigPaths({ flag, env, home }: KubeconfigSources): readonly string[] {
  if (flag !== undefined && flag !== "") return [resolve(flag)];
  const listed = env["KUBECONFIG"];
  if (listed === undefined || listed === "") return [join(home, ".kube", "config")];
  const paths = listed.split(delimiter).filter((path) => path !== "");
  return [...new Set(paths.map((path) => resolve(path)))];
}

/**
 * The files as one Kubeconfig. Files that do not exist are left out; when none exists the UsageError is
 * HEDDLE_KUBECONFIG_MISSING. One that cannot be read is HEDDLE_KUBECONFIG_UNREADABLE, one that is wrong
 * HEDDLE_KUBECONFIG_INVALID.
 */
export async function loadKubeconfig(paths: readonly string[]): Promise<Kubeconfig> {
  const configs = await Promise.all(paths.map((path) => loadFile(resolve(path))));
  const found = configs.filter((config) => config !== undefined);
  if (found.length > 0) return mergeKubeconfigs(found);
  throw new UsageError(`${missingWords(paths)}; name one by --kubeconfig or KUBECONFIG`, {
    code: "HEDDLE_KUBECONFIG_MISSING",
  });
}

/** Where was looked and nothing was found. KUBECONFIG can be set and name no path at all: ":" does. */
export const missingWords = (paths: readonly string[]): string =>
  paths.length === 0
    ? "KUBECONFIG is set, and there is no path in it"
    : `there is no kubeconfig at ${paths.join(" or ")}`;

async function loadFile(path: string): Promise<Kubeconfig | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return undefined;
    throw new UsageError(`the kubeconfig ${path} cannot be read: ${readFailure(error)}`, {
      code: "HEDDLE_KUBECONFIG_UNREADABLE",
      cause: error,
    });
  }
  return parseKubeconfig(text, path);
}
