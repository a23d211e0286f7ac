import { join } from "node:path";
import { type FollowTuning } from "../../src/cluster/follow/tuning.ts";
import { startKube } from "../../test/kube/index.ts";
import { answerOf } from "../child.ts";
import { fillPods, questionOf } from "../cluster.ts";
import { buildInformer } from "../informer/build.ts";
import { type Bench, type Figure, median } from "../model.ts";

const count = 50_000;
const rounds = 5;

/** What one process printed about its first list. */
type Measured = Readonly<{ seconds: number; cpuSeconds: number; rssBytes: number; objects: number }>;

/**
 * From nothing to the last of 50,000 pods, in a process of its own: a follower by WatchList, the same by pages, and
 * client-go's dynamic shared informer, one after the other in each round. All keep the objects.
 */
export const benchFollow: Bench = async ({ signal, say }) => {
  const informer = await buildInformer(say);
  await using cluster = await startKube({ nodes: 0, etcd: "3.6", signal });
  await fillPods(cluster, { count, say });
  const follower = (initialList: FollowTuning["initialList"]) => (): Promise<Measured> =>
    measure([process.execPath, join(import.meta.dirname, "follower.ts")], {
      ...questionOf(cluster),
      tuning: { initialList },
    });
  const runs: Readonly<Record<string, () => Promise<Measured>>> = {
    "by WatchList": follower("watch-list"),
    "by pages": follower("pages"),
    [peer]: () => measure([informer], { clusters: [questionOf(cluster)] }),
  };
  const results = new Map<string, Measured[]>(Object.keys(runs).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, run] of Object.entries(runs)) {
      signal.throwIfAborted();
      const measured = await run();
      say(`round ${round}${round === 0 ? " (warm-up)" : ""}: ${name} ${words(measured)}`);
      if (round > 0) results.get(name)?.push(measured);
    }
  }
  return { name: "follow", command: "npm run bench -- follow", figures: figuresOf(results) };
};

const words = ({ seconds, cpuSeconds, rssBytes }: Measured): string =>
  `${seconds.toFixed(2)} s, ${cpuSeconds.toFixed(2)} s of CPU, ${Math.round(rssBytes / 1e6)} MB`;

type Aspect = Readonly<{ label: string; unit: string; of: (measured: Measured) => number; target?: string }>;

const aspects: readonly Aspect[] = [
  { label: "list-watch of 50,000 pods", unit: "s", of: ({ seconds }) => seconds, target: "≤ 1" },
  { label: "its CPU time", unit: "s", of: ({ cpuSeconds }) => cpuSeconds },
  { label: "resident with all objects", unit: "MB", of: ({ rssBytes }) => rssBytes / 1e6 },
];

const peer = "client-go";

function figuresOf(results: ReadonlyMap<string, readonly Measured[]>): readonly Figure[] {
  return [...results.keys()].flatMap((name) => aspects.map((aspect) => figureOf(results, name, aspect)));
}

function figureOf(
  results: ReadonlyMap<string, readonly Measured[]>,
  name: string,
  { label, unit, of, target }: Aspect,
): Figure {
  const [own = [], others = []] = [name, peer].map((which) => (results.get(which) ?? []).map(of));
  const figure = { label: `${label}, ${name}`, value: median(own), unit };
  if (name === peer) return figure;
  // Round by round: what else the machine did then slowed both.
  const ratio = {
    to: "client-go's dynamic informer",
    value: median(own.map((value, i) => value / (others[i] ?? NaN))),
  };
  return { ...figure, ratio, ...(target !== undefined && { target }) };
}

/** One answer, checked: the process saw everything. */
async function measure(command: readonly string[], question: object): Promise<Measured> {
  const measured = await answerOf<Measured>(command, question);
  if (measured.objects !== count) throw new Error(`${command[0]} saw ${measured.objects} objects of ${count}`);
  return measured;
}
