import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { poll } from "../../poll.ts";
import { useOf } from "../../process.ts";
import { type Served, startServed } from "../../served.ts";
import { type World } from "../world/world.ts";
import { type Run, type StageContext } from "./model.ts";

/** `heddle serve` on the world, from the bundle, cold; asked while it syncs as a first user would. */
export const syncServed = (world: World, context: StageContext): Promise<Run> =>
  withServed(world, context, async (server) => {
    const { settings, signal } = context;
    const listeningMs = sinceStartMs(server);
    // It measures from the first time that it is asked.
    await loopBlockedMs(server);
    const firstMs = await firstAnswer(server, signal);
    const whileSyncing = (await syncSecondsOf(server)) === undefined ? 1 : 0;
    const seconds = await untilSynced(server, signal);
    const now = await useOf(server.pid);
    const blockedMs = await loopBlockedMs(server);
    await sleep(settings.settleSeconds * 1_000, undefined, { signal });
    const later = await useOf(server.pid);
    return {
      seconds,
      cpuSeconds: now.cpuSeconds,
      rssMb: now.rssBytes / 1e6,
      peakMb: now.peakBytes / 1e6,
      settledMb: later.rssBytes / 1e6,
      listeningMs,
      firstMs,
      whileSyncing,
      blockedMs,
    };
  });

/** A server for as long as it is used, its folder gone afterwards. */
export async function withServed<T>(
  { kubeconfigPath }: World,
  { signal }: Pick<StageContext, "signal">,
  use: (server: Served, again: () => Promise<Served>) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "heddle-bench-"));
  const start = (): Promise<Served> => startServed({ args: ["--kubeconfig", kubeconfigPath], folder, signal });
  try {
    await using server = await start();
    return await use(server, start);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export const sinceStartMs = ({ startedMs }: Served): number => performance.now() - startedMs;

/** A page of 100 pods, out of what is there so far: it says itself how far that is. */
const firstQuery = `{
  resources(filter: { kinds: ["pods"] }, limit: 100) { items { id name status } freshness { freshness { state } } }
}`;

export type PageAnswer = Readonly<{
  data?: Readonly<{ resources: Readonly<{ items: readonly unknown[] }> }>;
  errors?: readonly Readonly<{ message: string }>[];
}>;

/** Milliseconds from the start of the process to a page of 100 pods. */
export const firstAnswer = (server: Served, signal: AbortSignal): Promise<number> =>
  poll({ signal }, async () => {
    const { data } = JSON.parse(await server.ask("/graphql", { query: firstQuery })) as PageAnswer;
    return data?.resources.items.length === 100 ? sinceStartMs(server) : undefined;
  });

/** Every so often the server looks how late it is: what a quiet one measures is this. */
const loopResolutionMs = 10;

/** How late 99 of 100 turns of the server's event loop at most were since this was last asked, in milliseconds. */
async function loopBlockedMs(server: Served): Promise<number> {
  const [, seconds] = /^nodejs_eventloop_lag_p99_seconds ([\d.e-]+)$/m.exec(await server.ask("/metrics")) ?? [];
  return Math.max(0, Number(seconds) * 1_000 - loopResolutionMs);
}

/** How long the slowest cluster's first sync took, as the server says; undefined while one is not done. */
async function syncSecondsOf(server: Served): Promise<number | undefined> {
  const { clusters } = await server.status();
  const seconds = clusters.map(({ syncSeconds }) => syncSeconds ?? NaN);
  return seconds.some(Number.isNaN) ? undefined : Math.max(...seconds);
}

export const untilSynced = (server: Served, signal: AbortSignal): Promise<number> =>
  poll({ signal, everyMs: 50 }, () => syncSecondsOf(server));
