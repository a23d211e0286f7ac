import { spawn } from "node:child_process";
import { join } from "node:path";
import { createSeededRandom, silentLogger, systemClock } from "../../src/base/index.ts";
import { type FollowTuning } from "../../src/cluster/follow/tuning.ts";
import { createApiClient } from "../../src/cluster/http/client.ts";
import { buildGo } from "../../test/kube/go-binary.ts";
import { type KubeCluster, startKube } from "../../test/kube/index.ts";
import { type Bench, type Figure, median } from "../model.ts";
import { fillPods } from "./fill.ts";

const count = 50_000;
const rounds = 5;

/** What one process printed about its first list. */
type Measured = Readonly<{ seconds: number; cpuSeconds: number; rssBytes: number; objects: number }>;

/**
 * From nothing to the last of 50,000 pods, in a process of its own: a follower by WatchList, the same by pages, and
 * client-go's dynamic shared informer, one after the other in each round. All keep the objects.
 */
export const benchFollow: Bench = async ({ signal, say }) => {
  const informer = join(await buildInformer(say), "informer");
  await using cluster = await startKube({ nodes: 0, etcd: "3.6", signal });
  await fill(cluster, say);
  const follower = (initialList: FollowTuning["initialList"]) => (): Promise<Measured> =>
    measure([process.execPath, join(import.meta.dirname, "follower.ts")], {
      ...questionOf(cluster),
      tuning: { initialList },
    });
  const runs: Readonly<Record<string, () => Promise<Measured>>> = {
    "by WatchList": follower("watch-list"),
    "by pages": follower("pages"),
    [peer]: () => measure([informer], questionOf(cluster)),
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

/** The peer, built once on the machine. */
const buildInformer = (say: (line: string) => void): Promise<string> =>
  buildGo(
    {
      name: "bench-informer",
      module: join(import.meta.dirname, "informer"),
      packages: { ".": "informer" },
      args: ["-ldflags", "-s -w"],
      takes: "about a minute",
    },
    say,
  );

const questionOf = ({ server, ca, adminToken }: KubeCluster) => ({ server, ca, token: adminToken });

async function fill(cluster: KubeCluster, say: (line: string) => void): Promise<void> {
  const { server, ca, token } = questionOf(cluster);
  const credential = { description: "the bench's token", get: async () => ({ token }), invalidate: () => {} };
  const deps = { clock: systemClock, random: createSeededRandom(1), log: silentLogger };
  const access = { server, tls: { ca, insecure: false }, credential, warnings: [] };
  await using client = createApiClient({ ...deps, access }, { userAgent: "heddle-bench" });
  await fillPods(client, count, say);
}

/** Runs a process that is asked on standard input and answers on standard output, and checks that it saw everything. */
async function measure([file = "", ...args]: readonly string[], question: object): Promise<Measured> {
  const child = spawn(file, args, { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(JSON.stringify(question));
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
  const code = await new Promise((resolve, reject) => child.once("close", resolve).once("error", reject));
  if (code !== 0) throw new Error(`${file} ended with ${String(code)}`);
  const measured = JSON.parse(said) as Measured;
  if (measured.objects !== count) throw new Error(`${file} saw ${measured.objects} objects of ${count}`);
  return measured;
}
