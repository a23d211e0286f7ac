/** A process that follows every pod of one cluster until it is synced, and prints what that took: see follow.bench.ts. */
import { readFileSync } from "node:fs";
import { systemClock, systemRandom, silentLogger } from "../../src/base/index.ts";
import { createFollow } from "../../src/cluster/follow/follow.ts";
import { type FollowTuning } from "../../src/cluster/follow/tuning.ts";
import { clientOf, podResource, type Question } from "../cluster.ts";

type Tuned = Readonly<{ tuning?: Partial<FollowTuning> }>;

const { tuning = {}, ...question } = JSON.parse(readFileSync(0, "utf8")) as Question & Tuned;
const api = clientOf(question);
const follow = createFollow({ api, clock: systemClock, random: systemRandom, log: silentLogger }, tuning);
const stop = new AbortController();
// What an informer keeps too: the objects, by uid.
const objects = new Map<string, unknown>();
const fromMs = performance.now();
for await (const event of follow(podResource, { signal: stop.signal })) {
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
