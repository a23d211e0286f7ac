import {
  anySignal,
  type BackOff,
  type Clock,
  createBackOff,
  type Logger,
  messageOf,
  type Random,
  silentLogger,
} from "../../base/index.ts";
import { type Change, type Resource } from "../../model/index.ts";
import { type Cluster, type Discovery } from "../model.ts";
import { type Bell, createBell } from "./bell.ts";
import { compareResources, type ResourceDifferences } from "./differences.ts";
import {
  apiServiceResource,
  crdResource,
  type Discovered,
  type Expectation,
  expectedOfDefinition,
  expectedOfService,
} from "./expectations.ts";
import { createPending, type Pending } from "./pending.ts";

/** What is served now, and what changed since it was last told: the first time, everything is added. */
export type ResourceChanges = ResourceDifferences &
  Readonly<{ resources: readonly Resource[]; failedGroups: readonly string[] }>;

export type DiscoveryRefresher = Readonly<{
  /**
   * Tells what the API server serves, at once and whenever that changes, until the signal aborts; then it ends without
   * an error. Begins when it is read; while nobody reads, changes add up.
   */
  watch(signal: AbortSignal): AsyncIterable<ResourceChanges>;
}>;

export type DiscoveryRefresherDeps = Readonly<{
  discovery: Discovery;
  follow: Cluster["follow"];
  clock: Clock;
  random?: Random;
  log?: Logger;
}>;

export type RefresherTuning = Readonly<{
  /** Many definitions come together: asks when none has come for so long, */
  quietMs: number;
  /** but no later than this after the first. */
  atMostMs: number;
  /** Between two questions while discovery has not caught up with a change, or cannot be asked. */
  retry: Readonly<{ minMs: number; maxMs: number }>;
  /** How long to wait for discovery to catch up. */
  patienceMs: number;
  /** Between two questions while a group does not answer, or definitions may not be followed. */
  pollMs: number;
  /** Between two questions when all is well. */
  resyncMs: number;
}>;

const defaultTuning: RefresherTuning = {
  quietMs: 200,
  atMostMs: 2_000,
  retry: { minMs: 250, maxMs: 10_000 },
  patienceMs: 60_000,
  pollMs: 60_000,
  resyncMs: 600_000,
};

/**
 * Keeps discovery fresh by following CustomResourceDefinitions and APIServices. Discovery lags behind them by moments
 * or, for a service that just came up, by a minute: it is asked until it tells what they say. A resource of a group
 * that does not answer is not told as removed.
 */
export function createDiscoveryRefresher(
  deps: DiscoveryRefresherDeps,
  tuning: Partial<RefresherTuning> = {},
): DiscoveryRefresher {
  return { watch: (signal) => watchResources(deps, { ...defaultTuning, ...tuning }, signal) };
}

type Watch = Readonly<{
  deps: DiscoveryRefresherDeps;
  tuning: RefresherTuning;
  bell: Bell;
  pending: Pending;
  backOff: BackOff;
  log: Logger;
  /** Kinds that cannot be followed now. */
  unfollowed: Set<Resource>;
  signal: AbortSignal;
}>;

async function* watchResources(
  deps: DiscoveryRefresherDeps,
  tuning: RefresherTuning,
  signal: AbortSignal,
): AsyncGenerator<ResourceChanges, void, undefined> {
  const left = new AbortController();
  const watch: Watch = {
    deps,
    tuning,
    bell: createBell(deps.clock),
    pending: createPending(tuning.patienceMs),
    backOff: createBackOff(tuning.retry, deps.random),
    log: deps.log ?? silentLogger,
    unfollowed: new Set(),
    signal: anySignal(signal, left.signal),
  };
  let before: Discovered | undefined;
  let followers: readonly Promise<void>[] = [];
  try {
    for (;;) {
      const now = await discover(watch);
      watch.pending.seen(now);
      const differences = compareResources(before?.resources ?? [], now.resources);
      if (before === undefined) {
        followers = [
          followOne(watch, crdResource, expectedOfDefinition),
          followOne(watch, apiServiceResource, expectedOfService),
        ];
      }
      if (before === undefined || isNews(differences, before, now)) yield { ...differences, ...now };
      before = now;
      await untilReason(watch, now);
      deps.discovery.refresh();
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    left.abort();
    await Promise.all(followers);
  }
}

const isNews = ({ added, removed }: ResourceDifferences, before: Discovered, now: Discovered): boolean =>
  added.length > 0 || removed.length > 0 || before.failedGroups.join() !== now.failedGroups.join();

/** What discovery tells, tried until it can be asked. */
async function discover({ deps, backOff, bell, log, signal }: Watch): Promise<Discovered> {
  for (;;) {
    try {
      const resources = await deps.discovery.resources(signal);
      return { resources, failedGroups: deps.discovery.failedGroups() };
    } catch (error) {
      signal.throwIfAborted();
      log.debug({ error: messageOf(error) }, "discovery failed and is tried again");
      await bell.wait(backOff.nextMs(), signal);
    }
  }
}

/** Resolves when there is a reason to ask again: a change that settled, something to catch up with, or time. */
async function untilReason(
  { deps, tuning, pending, backOff, bell, unfollowed, signal }: Watch,
  now: Discovered,
): Promise<void> {
  const { clock } = deps;
  const catchingUp = pending.isWaiting(clock.monotonicMs());
  if (!catchingUp) backOff.reset();
  const calmMs = now.failedGroups.length > 0 || unfollowed.size > 0 ? tuning.pollMs : tuning.resyncMs;
  if (!(await bell.wait(catchingUp ? backOff.nextMs() : calmMs, signal))) return;
  const firstMs = clock.monotonicMs();
  while (clock.monotonicMs() - firstMs < tuning.atMostMs) {
    if (!(await bell.wait(tuning.quietMs, signal))) return;
  }
}

async function followOne(
  { deps, bell, pending, unfollowed, log, signal }: Watch,
  resource: Resource,
  expected: (change: Change) => Expectation | undefined,
): Promise<void> {
  try {
    for await (const event of deps.follow(resource, { signal })) {
      if (event.type === "status") {
        if (event.status === "forbidden" || event.status === "gone") unfollowed.add(resource);
        else unfollowed.delete(resource);
      }
      if (event.type !== "changes") continue;
      for (const change of event.changes) {
        const about = `${resource.plural}/${change.object.metadata.name}`;
        if (pending.expect(about, expected(change), deps.clock.monotonicMs())) bell.ring();
      }
    }
  } catch (error) {
    if (signal.aborted) return;
    unfollowed.add(resource);
    log.warn(
      { error: messageOf(error), kind: resource.kind },
      "a follower ended; discovery is asked from time to time",
    );
  }
}
