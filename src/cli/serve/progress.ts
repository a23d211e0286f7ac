import { type ClusterId } from "../../model/index.ts";
import { type CommandCall } from "../command.ts";
import { humanDuration } from "../format/age.ts";
import { type Cell, createLayout } from "../output/layout.ts";
import { createScreen } from "../output/screen.ts";
import { type Serving, type SyncProgress } from "../ports.ts";

/** A cluster that does not answer is not waited for longer than this: the others are there. */
const patienceMs = 10_000;

/**
 * Shows how far the clusters are until each is synced or in trouble, or has been silent for 10 s: on a terminal one
 * table, drawn in its place; elsewhere a line when a cluster is done or its trouble changes.
 */
export async function showProgress(call: CommandCall, serving: Serving): Promise<void> {
  const { clock } = call.ports;
  const done = new AbortController();
  const cancel = clock.after(patienceMs, () => done.abort());
  const latest = new Map<ClusterId, SyncProgress>();
  const startMs = clock.monotonicMs();
  using show = call.output.terminal ? liveTable(call, serving) : doneLines(call);
  try {
    for await (const progress of serving.progress(AbortSignal.any([call.signal, done.signal]))) {
      latest.set(progress.cluster, progress);
      show.update(latest, clock.monotonicMs() - startMs);
      if (serving.clusters().every(({ id }) => isSettled(latest.get(id)))) break;
    }
  } catch (error) {
    call.signal.throwIfAborted();
    if (!done.signal.aborted) throw error;
  } finally {
    cancel();
  }
  call.signal.throwIfAborted();
}

const isSettled = (progress: SyncProgress | undefined): boolean =>
  progress !== undefined && (progress.synced || (!progress.reached && progress.trouble !== ""));

type Show = Disposable & Readonly<{ update(latest: ReadonlyMap<ClusterId, SyncProgress>, elapsedMs: number): void }>;

const headers = ["CLUSTER", "STATE", "KINDS", "OBJECTS", "TIME", "REASON"];

function liveTable({ ports, output }: CommandCall, serving: Serving): Show {
  const screen = createScreen(ports.stdout);
  const layout = createLayout();
  return {
    update(latest, elapsedMs) {
      const clusters = serving.clusters();
      const space = screen.rows() - 2;
      // Of more clusters than fit, those that are not there yet.
      const shown =
        clusters.length <= space
          ? clusters
          : clusters
              .toSorted((a, b) => Number(isSynced(latest.get(a.id))) - Number(isSynced(latest.get(b.id))))
              .slice(0, space);
      const rows = shown.map(({ id }) => row(id, latest.get(id), output.colour));
      const synced = clusters.filter(({ id }) => isSynced(latest.get(id))).length;
      const objects = [...latest.values()].reduce((sum, progress) => sum + progress.objects, 0);
      const count = `${synced} of ${clusters.length} synced, ${objects} objects, ${humanDuration(elapsedMs)}`;
      screen.draw([
        ...layout
          .lines([headers, ...rows])
          .trimEnd()
          .split("\n"),
        count,
      ]);
    },
    [Symbol.dispose]: () => screen[Symbol.dispose](),
  };
}

const isSynced = (progress: SyncProgress | undefined): boolean => progress?.synced ?? false;

const green = "\u001b[32m";
const yellow = "\u001b[33m";
const red = "\u001b[31m";

/** One cluster in a line. */
export function row(id: ClusterId, progress: SyncProgress | undefined, colour: boolean): readonly Cell[] {
  if (progress === undefined) return [id, paint("waiting", yellow, colour), "-", "-", "-", ""];
  const { kinds, objects, syncMs, trouble } = progress;
  const refused = kinds.refused === 0 ? "" : ` (${kinds.refused} refused)`;
  return [
    id,
    stateOf(progress, colour),
    `${kinds.listed}/${kinds.total}${refused}`,
    String(objects),
    syncMs === undefined ? "-" : `${(syncMs / 1000).toFixed(1)}s`,
    trouble,
  ];
}

function stateOf({ synced, reached, trouble }: SyncProgress, colour: boolean): Cell {
  if (synced) return trouble === "" ? paint("live", green, colour) : paint("partly", yellow, colour);
  if (!reached && trouble !== "") return paint("failed", red, colour);
  return paint("syncing", yellow, colour);
}

const paint = (text: string, sequence: string, colour: boolean): Cell => (colour ? { text, colour: sequence } : text);

/** A line for a cluster when it is synced, and when what is wrong with it changes. */
function doneLines({ output }: CommandCall): Show {
  const told = new Map<ClusterId, string>();
  return {
    update(latest) {
      for (const progress of latest.values()) {
        const { cluster, synced, trouble } = progress;
        const words = JSON.stringify([synced, trouble]);
        if (told.get(cluster) === words || (!synced && trouble === "")) continue;
        told.set(cluster, words);
        void output.write(`${lineOf(progress)}\n`).catch(() => {});
      }
    },
    [Symbol.dispose]() {},
  };
}

/** "prod: synced, 1200 objects of 60 kinds in 1.2s" */
function lineOf({ cluster, synced, syncMs, objects, kinds, trouble }: SyncProgress): string {
  const time = syncMs === undefined ? "" : ` in ${(syncMs / 1000).toFixed(1)}s`;
  const done = synced ? `synced, ${objects} objects of ${kinds.listed} kinds${time}` : "";
  return `${cluster}: ${[done, trouble].filter((part) => part !== "").join("; ")}`;
}
