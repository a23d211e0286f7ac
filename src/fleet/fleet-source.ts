import { stat } from "node:fs/promises";
import { type HeddleError, messageOf, toHeddleError, UsageError } from "../base/index.ts";
import { type JsonValue } from "../model/index.ts";
import { applyFleetChange } from "./apply-change.ts";
import { defaultQuietMs, watchFiles, type WatchFilesOptions } from "./config/watch-files.ts";
import { type Fleet } from "./model.ts";
import { explainFleetChange, type FleetChange, planFleetChange } from "./plan/fleet-change.ts";
import { type FleetPlan } from "./plan/model.ts";
import { type FleetChoice, fleetFiles, resolveFleet, type ResolveDeps } from "./plan/resolve-fleet.ts";
import { addEntry, type FleetEdit, removeEntry } from "./source-edits.ts";

/** What became of an edit of the files: the fleet follows it, or stays as it is because the files are not right. */
export type FleetNews =
  | Readonly<{
      type: "applied";
      change: FleetChange;
      plan: FleetPlan;
      /** Those of the plan that the one before did not have: what is left out, or less safe than it looks. */
      warnings: readonly string[];
    }>
  | Readonly<{ type: "refused"; error: HeddleError }>;

/**
 * Where a running fleet's clusters come from: its files, watched and edited. One thing happens at a time, in the order in
 * which it was asked for.
 */
export type FleetSource = Readonly<{
  /** As the files were last taken over. */
  plan(): FleetPlan;
  /**
   * Follows the files: a configuration, else the kubeconfigs and what was added. Tells each edit that changed something
   * or was refused; a refused one, and files that vanished, leave the fleet as it is, and what comes after is compared
   * with that. Ends with the signal. Fails with HEDDLE_FLEET_CLOSED.
   */
  watch(signal: AbortSignal, options?: Omit<WatchFilesOptions, "signal">): AsyncIterable<FleetNews>;
  /**
   * Adds a cluster, of the keys that a configuration has, to the file and to the fleet. Fails as `addClusterToConfig`
   * does, with HEDDLE_CONFIG_NOT_WRITABLE, and with what is wrong with the files as they are; then nothing is changed.
   */
  add(entry: JsonValue): Promise<FleetEdit>;
  /**
   * Removes a cluster from the fleet and from the file that it stands in. A context of a kubeconfig, which is not
   * Heddle's to edit, is left out until the next start; `notes` says so. Fails with HEDDLE_FLEET_UNKNOWN_CLUSTER, and
   * with HEDDLE_FLEET_LAST_CLUSTER for the only one, as a fleet of none would not start again.
   */
  remove(id: string): Promise<FleetEdit>;
}>;

export type FleetSourceOptions = Readonly<{
  fleet: Fleet;
  /** What the fleet was made of. */
  plan: FleetPlan;
  /** What `plan` was resolved from. */
  choice: FleetChoice;
}>;

/** Contacts no cluster, and reads nothing before it is asked. */
export function createFleetSource(deps: ResolveDeps, { fleet, plan, choice }: FleetSourceOptions): FleetSource {
  let current = plan;
  const files = createFileTally(fleetFiles(choice, deps));
  const refresh = async (): Promise<FleetNews> => {
    let next: FleetPlan;
    try {
      await files.check();
      // Whatever context is the current one now: a cluster keeps the name that it runs by.
      const preferContexts = current.clusters.map(({ info }) => info.name);
      next = await resolveFleet({ ...choice, preferContexts }, deps);
    } catch (error) {
      return { type: "refused", error: toHeddleError(error) };
    }
    const unmet = planFleetChange(plan, next).needsRestart;
    const planned = planFleetChange(current, next);
    // A setting that was put back to what the fleet was started with needs none.
    const change = { ...planned, needsRestart: planned.needsRestart.filter((key) => unmet.includes(key)) };
    await applyFleetChange(fleet, change);
    const warnings = next.warnings.filter((warning) => !current.warnings.includes(warning));
    current = next;
    files.keep();
    return { type: "applied", change, plan: next, warnings };
  };
  const inTurn = createTurns();
  const news = createNewsDesk();
  /** Edits what the files say now, which the fleet may not have seen yet. */
  const edit = (work: () => Promise<FleetEdit>): Promise<FleetEdit> =>
    inTurn(async () => {
      const before = await refresh();
      refuse(before);
      news.tell(before);
      const done = await work();
      refuse(await refresh());
      const prefix = `${done.id}: `;
      const warnings = current.warnings.filter((warning) => warning.startsWith(prefix));
      const missing = await whatIsMissing(current, done.id);
      return { ...done, notes: [...done.notes, ...warnings, ...missing.map((words) => `${prefix}${words}`)] };
    });
  const surroundings = { fleet, choice, deps, plan: () => current };
  return {
    plan: () => current,
    async *watch(signal, options = {}) {
      for await (const _ of watchFiles(fleetFiles(choice, deps), deps, { ...options, signal })) {
        let seen = await inTurn(refresh);
        if (seen.type === "refused") {
          // Read in the very moment in which it was saved, perhaps: once more before it is told.
          await deps.clock.sleep(options.quietMs ?? defaultQuietMs, signal).catch(() => {});
          if (signal.aborted) return;
          seen = await inTurn(refresh);
        }
        news.tell(seen);
        yield* news.take();
      }
    },
    add: (entry) => edit(() => addEntry(entry, surroundings)),
    remove: (id) => edit(() => removeEntry(id, surroundings)),
  };
}

/** Why the way into a cluster that was just added cannot even be read: the file is wrong or not there, or holds no such thing. */
async function whatIsMissing({ clusters }: FleetPlan, id: string): Promise<readonly string[]> {
  const [outcome] = await Promise.allSettled([clusters.find(({ info }) => info.id === id)?.access()]);
  return outcome.status === "rejected" ? [`cannot be reached as it is written down: ${messageOf(outcome.reason)}`] : [];
}

/** Remembers which files there were: one that is optional at the start must not take its clusters away by vanishing. */
function createFileTally(paths: readonly string[]): Readonly<{ check(): Promise<void>; keep(): void }> {
  let known: readonly string[] = [];
  let present: readonly string[] = [];
  return {
    async check() {
      const found = await Promise.all(paths.map(async (path) => ((await isThere(path)) ? [path] : [])));
      present = found.flat();
      const gone = known.filter((path) => !present.includes(path));
      if (gone.length > 0)
        throw new UsageError(`${gone.join(" and ")} vanished; the next start goes without`, {
          code: "HEDDLE_CONFIG_VANISHED",
        });
    },
    keep: () => void (known = present),
  };
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

function refuse(news: FleetNews): void {
  if (news.type === "refused") throw news.error;
}

/** Collects what is worth telling: what changed, each refusal once, and that it is over. */
function createNewsDesk(): Readonly<{ tell(news: FleetNews): void; take(): readonly FleetNews[] }> {
  let refused: string | undefined;
  let waiting: FleetNews[] = [];
  return {
    tell(news) {
      const message = news.type === "refused" ? news.error.message : undefined;
      const changed = news.type === "applied" && linesOf(news).length > 0;
      // Of what nobody comes for, the latest is enough.
      if (message !== refused || changed) waiting = [...waiting, news].slice(-100);
      refused = message;
    },
    take: () => waiting.splice(0),
  };
}

/** Runs one thing at a time, in order; the failure of one is not the next one's. */
function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  };
}

const linesOf = ({ change, warnings }: Extract<FleetNews, { type: "applied" }>): readonly string[] => [
  ...explainFleetChange(change),
  ...warnings,
];

/** One line each for people: what was taken over, or what is wrong and that the fleet stays as it is. */
export function explainFleetNews(news: FleetNews): readonly string[] {
  if (news.type === "refused") return [news.error.message, "the fleet stays as it is"];
  const lines = linesOf(news);
  return lines.length === 0 ? ["the configuration is right again, and nothing in it changed"] : lines;
}
