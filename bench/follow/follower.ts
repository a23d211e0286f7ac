/** A process that follows every pod of one cluster until it is synced, and prints what that took: see follow.bench.ts. */
import { readFileSync } from "node:fs";
import { systemClock, systemRandom, silentLogger } from "../../src/base/index.ts";
import { type Resource } from "../../src/model/index.ts";
import { createFollow } from "../../src/cluster/follow/follow.ts";
import { type FollowTuning } from "../../src/cluster/follow/tuning.ts";
import { createApiClient } from "../../src/cluster/http/client.ts";

/** Standard input holds the question, as JSON. */
type Question = Readonly<{ server: string; ca: string; token: string; tuning?: Partial<FollowTuning> }>;

const pods: Resource = {
  group: "",
  version: "v1",
  kind: "Pod",
  plural: "pods",
  singular: "pod",
  namespaced: true,
  verbs: ["list", "watch"],
  shortNames: [],
  categories: [],
  subresources: [],
};

const { server, ca, token, tuning = {} } = JSON.parse(readFileSync(0, "utf8")) as Question;
const credential = { description: "the bench's token", get: async () => ({ token }), invalidate: () => {} };
const deps = { clock: systemClock, random: systemRandom, log: silentLogger };
const access = { server, tls: { ca, insecure: false }, credential, warnings: [] };
const api = createApiClient({ ...deps, access }, { userAgent: "heddle-bench" });
const follow = createFollow({ ...deps, api }, tuning);
const stop = new AbortController();
// What an informer keeps too: the objects, by uid.
const objects = new Map<string, unknown>();
const fromMs = performance.now();
for await (const event of follow(pods, { signal: stop.signal })) {
  if (event.type === "changes") for (const { object } of event.changes) objects.set(object.metadata.uid ?? "", object);
  if (event.type !== "synced") continue;
  const seconds = (performance.now() - fromMs) / 1000;
  const { rss } = process.memoryUsage();
  const cpuSeconds = process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6;
  process.stdout.write(
    `${JSON.stringify({ seconds, cpuSeconds, rssBytes: rss, objects: objects.size, via: event.via })}\n`,
  );
  stop.abort();
}
await api[Symbol.asyncDispose]();
