/**
 * A process that keeps every pod of some clusters by the informers of @kubernetes/client-node, one a cluster: asked and
 * answering as bench/informer does.
 */
import { createInterface } from "node:readline";
import {
  CoreV1Api,
  type Informer,
  KubeConfig,
  makeInformer,
  type ObjectCache,
  type V1Pod,
} from "@kubernetes/client-node";
import { type Question } from "../../cluster.ts";
import { epochMs, type HeardChange } from "../../marks.ts";
import { type Heard, type Synced } from "./model.ts";

type Asked = Readonly<{ clusters: readonly Question[]; marked: string; changes: number }>;

const input = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { clusters, marked, changes } = JSON.parse((await input.next()).value ?? "") as Asked;
const say = (answer: object): void => void process.stdout.write(`${JSON.stringify(answer)}\n`);

const heard: HeardChange[] = [];
const all = Promise.withResolvers<void>();
const informers = clusters.map(informerOf);
for (const informer of informers) {
  informer.on("update", ({ metadata }) => {
    const mark = metadata?.annotations?.[marked];
    if (mark === undefined) return;
    heard.push([mark, epochMs()]);
    if (heard.length === changes) all.resolve();
  });
}
const beginMs = performance.now();
await Promise.all(informers.map((informer) => informer.start()));
const seconds = (performance.now() - beginMs) / 1_000;
const objects = informers.reduce((sum, informer) => sum + informer.list().length, 0);
say({ seconds, objects } satisfies Synced);
const ended = input.next();
await Promise.race([all.promise, ended]);
say({ heard } satisfies Heard);
await ended;
await Promise.all(informers.map((informer) => informer.stop()));
process.exit();

function informerOf({ server, ca, token }: Question): Informer<V1Pod> & ObjectCache<V1Pod> {
  const config = new KubeConfig();
  const caData = Buffer.from(ca).toString("base64");
  config.loadFromClusterAndUser({ name: "bench", server, caData, skipTLSVerify: false }, { name: "bench", token });
  const api = config.makeApiClient(CoreV1Api);
  return makeInformer(config, "/api/v1/pods", () => api.listPodForAllNamespaces());
}
