import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildBundles } from "../../scripts/bundle.ts";
import { type KubeCluster, startKube } from "../../test/kube/index.ts";
import { type Child, startChild } from "../child.ts";
import { questionOf } from "../cluster.ts";
import { timeMs } from "../command.ts";
import { buildInformer } from "../informer/build.ts";
import { markedBy } from "../marks.ts";
import { type Bench, type BenchOptions, median, percentile, timesOf } from "../model.ts";
import { type BenchPod } from "../pods.ts";
import { poll } from "../poll.ts";
import { useOf } from "../process.ts";
import { type Served, type ServedStatus, startServed } from "../served.ts";
import { figuresOf, type Run, subjects, wordsOf } from "./figures.ts";
import { type EngineAnswers, type EngineQuestion, type Heard, type Synced } from "./model.ts";
import { type SentChange, storm } from "./storm.ts";
import { buildWorld, podCount, shards } from "./world.ts";

/** HEDDLE_BENCH_ROUNDS and HEDDLE_BENCH_CHANGES make a trial shorter. */
const rounds = Number(process.env["HEDDLE_BENCH_ROUNDS"] ?? 3);
const changes = Number(process.env["HEDDLE_BENCH_CHANGES"] ?? 2_000);
const perSecond = 200;
const patienceMs = 30_000;

type Sent = ReadonlyMap<string, SentChange>;
type World = BenchOptions & Readonly<{ cluster: KubeCluster; pods: readonly BenchPod[] }>;

/**
 * One cluster of 20,000 pods kept live: by Heddle's own pieces in a process of their own, by `heddle serve` as it ships
 * and is asked over HTTP, and by client-go's dynamic and typed informers; one after the other in each round. Each hears
 * the same 200 changes a second.
 */
export const benchLive: Bench = async (options) => {
  const { signal, say } = options;
  const informer = await buildInformer(say);
  say("building dist/");
  await buildBundles();
  await using cluster = await startKube({ nodes: 0, etcd: "3.6", signal });
  const pods = await buildWorld(cluster, say);
  const world: World = { ...options, cluster, pods };
  const runs: Readonly<Record<string, () => Promise<Run>>> = {
    [subjects.engine]: () => runEngine(world),
    [subjects.served]: () => runServed(world),
    [subjects.dynamic]: () => runInformer(world, { informer, typed: false }),
    [subjects.typed]: () => runInformer(world, { informer, typed: true }),
  };
  const results = new Map<string, Run[]>(Object.keys(runs).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, run] of Object.entries(runs)) {
      signal.throwIfAborted();
      const found = await run();
      say(`round ${round}${round === 0 ? " (warm-up)" : ""}: ${name} ${wordsOf(found)}`);
      if (round > 0) results.get(name)?.push(found);
    }
  }
  return { name: "live", command: "npm run bench -- live", figures: figuresOf(results) };
};

async function runEngine(world: World): Promise<Run> {
  const heap = ["--max-semi-space-size=64", "--min-semi-space-size=16"];
  const question: EngineQuestion = { kubeconfigPath: world.cluster.kubeconfigPath, pods: podCount, shards, changes };
  await using child = startChild([process.execPath, ...heap, join(import.meta.dirname, "engine.ts")], question);
  const synced = await child.next<EngineAnswers["synced"]>();
  const asked = await child.next<EngineAnswers["asked"]>();
  const [heard, sent] = await heardBy<EngineAnswers["heard"]>(child, world);
  return {
    ...syncedRun(synced),
    syncBlockedMs: synced.blockedP99Ms,
    pageMs: asked.pageMs,
    labelledMs: asked.labelledMs,
    ...heardRun(heard, sent),
    applyMs: percentile(heard.applyMs, 0.99),
    blockedMs: heard.blockedP99Ms,
  };
}

async function runInformer(
  world: World,
  { informer, typed }: Readonly<{ informer: string; typed: boolean }>,
): Promise<Run> {
  await using child = startChild([informer], {
    clusters: [questionOf(world.cluster)],
    typed,
    marked: markedBy,
    changes,
  });
  const synced = await child.next<Synced>();
  return { ...syncedRun(synced), ...heardRun(...(await heardBy(child, world))) };
}

/** Sends the changes; who has not heard them all a while after the last is done with what it has. */
async function heardBy<T extends Heard>(child: Child, { cluster, pods, signal }: World): Promise<[T, Sent]> {
  const sent = await storm(cluster, { changes, perSecond, pods, signal });
  const patience = setTimeout(() => child.finish(), patienceMs);
  try {
    return [await child.next<T>(), sent];
  } finally {
    clearTimeout(patience);
  }
}

async function runServed({ cluster, pods, signal }: World): Promise<Run> {
  const folder = await mkdtemp(join(tmpdir(), "heddle-bench-"));
  try {
    await using server = await startServed({ args: ["--kubeconfig", cluster.kubeconfigPath], folder, signal });
    const sinceStart = (): number => performance.now() - server.startedMs;
    const listeningMs = sinceStart();
    const firstMs = await poll({ signal }, async () => ((await isAnswering(server.ask)) ? sinceStart() : undefined));
    const before = clusterOf(await server.status());
    const status = await poll({ signal }, async () => {
      const now = clusterOf(await server.status());
      return now.syncSeconds === undefined ? undefined : now;
    });
    if ((await podsIn(server)) !== podCount) throw new Error("heddle serve is synced without all pods");
    const { rssBytes } = await useOf(server.pid);
    const labelSelector = "shard=1";
    const labelled = await timesOf(20, () =>
      server.ask("/api/reader/list", { kind: "pods", clusters: [status.cluster], labelSelector }),
    );
    const page = await timesOf(100, async () => {
      const { data } = JSON.parse(await server.ask("/graphql", { query: pageQuery })) as PageAnswer;
      if (data?.resources.items.length !== 100) throw new Error("the page of 100 is not one");
    });
    const gets: number[] = [];
    for (let run = 0; run < 7; run++) gets.push(await timeMs(server.command("get", "nodes"), 20));
    const until = new AbortController();
    const { heard: hearing } = await server.hear(changes, until.signal);
    const sent = await storm(cluster, { changes, perSecond, pods, signal });
    const patience = setTimeout(() => until.abort(), patienceMs);
    const heard = await hearing.finally(() => clearTimeout(patience));
    return {
      listeningMs,
      firstMs,
      firstWhileSyncing: before.syncSeconds === undefined ? 1 : 0,
      seconds: status.syncSeconds ?? NaN,
      rssMb: rssBytes / 1e6,
      pageMs: percentile(page, 0.95),
      labelledMs: percentile(labelled, 0.95),
      getMs: median(gets),
      ...heardRun({ heard, rssBytes: (await useOf(server.pid)).rssBytes }, sent),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

const pageQuery = `{
  resources(filter: { labelSelector: "shard=1,team in (team-1,team-3)", status: ["Running"] }, limit: 100) {
    items { id name status }
    next
  }
}`;

type PageAnswer = Readonly<{ data?: Readonly<{ resources: Readonly<{ items: readonly unknown[] }> }> }>;

type Status = Readonly<{ cluster: string; syncSeconds: number | undefined }>;

const clusterOf = ({ clusters: [first] }: ServedStatus): Status => ({
  cluster: first?.info.id ?? "",
  syncSeconds: first?.syncSeconds,
});

/** How many pods the server answers with now; none while it cannot be asked for them. */
async function podsIn(server: Served): Promise<number> {
  const { cluster } = clusterOf(await server.status());
  const answer = JSON.parse(await server.ask("/api/reader/list", { kind: "pods", clusters: [cluster] })) as {
    value?: Readonly<{ objects: readonly unknown[] }>;
  };
  return answer.value?.objects.length ?? 0;
}

/** A page of 100 pods, out of what is there so far: it says itself how far that is. */
const firstQuery = `{ resources(filter: { kinds: ["pods"] }, limit: 100) { items { id name status } freshness { freshness { state } } } }`;

const isAnswering = async (ask: (path: string, body?: object) => Promise<string>): Promise<boolean> =>
  (JSON.parse(await ask("/graphql", { query: firstQuery })) as PageAnswer).data?.resources.items.length === 100;

function syncedRun({ seconds, cpuSeconds, rssBytes, objects }: Synced): Run {
  if (objects !== podCount) throw new Error(`${objects} pods of ${podCount} were seen`);
  return { seconds, cpuSeconds, rssMb: rssBytes / 1e6 };
}

function heardRun({ heard, rssBytes }: Heard, sent: Sent): Run {
  const heardAtMs = new Map(heard);
  if (heardAtMs.size !== changes) throw new Error(`${heardAtMs.size} changes of ${changes} were heard`);
  const since = (of: (change: SentChange) => number): readonly number[] =>
    [...sent].map(([mark, change]) => (heardAtMs.get(mark) ?? NaN) - of(change));
  const delaysMs = since(({ sentMs }) => sentMs);
  return {
    sentMs: percentile(delaysMs, 0.99),
    sentMedianMs: median(delaysMs),
    answeredMs: percentile(
      since(({ answeredMs }) => answeredMs),
      0.99,
    ),
    afterMb: rssBytes / 1e6,
  };
}
