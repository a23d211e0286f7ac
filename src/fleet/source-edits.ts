import { isHeddleError, UsageError } from "../base/index.ts";
import { type ClusterId, type JsonValue, parseClusterId } from "../model/index.ts";
import { addClusterToConfig, removeClusterFromConfig } from "./config/edit.ts";
import { checkClusterEntry } from "./config/entry-check.ts";
import { type ConfigSource, parseConfig } from "./config/load.ts";
import { readIfThere, replaceFile } from "./config/replace-file.ts";
import { clusterExists } from "./failures.ts";
import { type Fleet } from "./model.ts";
import { type FleetPlan } from "./plan/model.ts";
import { type FleetChoice, type ResolveDeps } from "./plan/resolve-fleet.ts";

/** What an edit came to. */
export type FleetEdit = Readonly<{
  id: ClusterId;
  /** Where it was written; undefined when it holds until the next start only. */
  file: string | undefined;
  /** What is worth knowing: how long it holds, and what is less safe than it looks. */
  notes: readonly string[];
}>;

export type EditSurroundings = Readonly<{
  fleet: Fleet;
  choice: FleetChoice;
  deps: ResolveDeps;
  /** As the files are now. */
  plan(): FleetPlan;
}>;

/** Writes a cluster into the file that keeps it. */
export async function addEntry(entry: JsonValue, { fleet, choice, deps, plan }: EditSurroundings): Promise<FleetEdit> {
  const id = parseClusterId(checkClusterEntry(entry, deps.env));
  const known = plan().clusters.find(({ info }) => info.id === id);
  if (known !== undefined) {
    const leftOut = fleet.clusters().every((info) => info.id !== id);
    throw clusterExists(known.info.id, { origin: known.origin + (leftOut ? ", left out until the next start" : "") });
  }
  const source = sourceOf(choice, deps);
  if (source === undefined)
    throw new UsageError(`there is no file to keep ${id} in: start with --config FILE or --data DIR`, {
      code: "HEDDLE_FLEET_NO_FILE",
    });
  await editFile(source, (text) => addClusterToConfig(text, entry, source));
  return { id, file: source.path, notes: [] };
}

/** Takes a cluster out of the file that it stands in, or, where that is a kubeconfig, out of the fleet. */
export async function removeEntry(text: string, { fleet, choice, deps, plan }: EditSurroundings): Promise<FleetEdit> {
  const id = parseClusterId(text);
  const { origin } = fleet.planned(id);
  if (fleet.clusters().length === 1) throw lastCluster(id);
  const source = sourceOf(choice, deps);
  if (source !== undefined && (await stands(id, source))) {
    await editFile(source, (text) => removeClusterFromConfig(text, id, source));
    return { id, file: source.path, notes: [] };
  }
  await fleet.remove(id);
  const still = plan().clusters.some(({ info }) => info.id === id);
  const note = `${id} is ${origin}: it is left out until the next start; remove the context, or limit by --context`;
  return { id, file: undefined, notes: still ? [note] : [] };
}

/** The file that clusters are added to, and how it is read. */
function sourceOf({ configPath, additionsPath }: FleetChoice, { env, home }: ResolveDeps): ConfigSource | undefined {
  if (configPath !== undefined) return { env, home, path: configPath };
  return additionsPath === undefined ? undefined : { env, home, path: additionsPath, clustersOnly: true };
}

async function stands(id: string, source: ConfigSource): Promise<boolean> {
  const text = await readIfThere(source.path);
  return text !== undefined && parseConfig(text, source).clusters.some((cluster) => cluster.id === id);
}

const attempts = 3;

/** Reads, edits and writes; again when someone else wrote in between. */
async function editFile({ path }: ConfigSource, edit: (text: string) => string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const before = await readIfThere(path);
    const after = edit(before ?? "");
    try {
      return await replaceFile(path, { before, after });
    } catch (error) {
      if (!isHeddleError(error, "HEDDLE_CONFIG_CHANGED") || attempt === attempts) throw error;
    }
  }
}

const lastCluster = (id: string): UsageError =>
  new UsageError(`${id} is the only cluster, and a fleet of none would not start again: add another one first`, {
    code: "HEDDLE_FLEET_LAST_CLUSTER",
  });
