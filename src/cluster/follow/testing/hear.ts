import { createSeededRandom, type Random, silentLogger, systemClock } from "../../../base/index.ts";
import { type KubeObject, type Resource } from "../../../model/index.ts";
import { type ApiClient } from "../../api-client.ts";
import { type FollowEvent, type FollowOptions } from "../../model.ts";
import { createFollow, type Follow } from "../follow.ts";
import { type FollowTuning } from "../tuning.ts";
import { createMirror, type Mirror } from "./mirror.ts";

/** A follower with its mirror, running until it is disposed. Fails where the mirror does. */
export type Hearing = AsyncDisposable & Readonly<{ mirror: Mirror; stopped: Promise<void> }>;

export type HearingOptions = Readonly<{
  resource: Resource;
  options?: Omit<FollowOptions, "signal">;
  signal?: AbortSignal;
  /** What the mirror holds already. */
  seed?: readonly KubeObject[];
  /** Told of each event after the mirror; the follower waits for it. */
  onEvent?: (event: FollowEvent) => void | Promise<void>;
}>;

/** Follows into a mirror. Disposing ends the follower, waits for its end, and throws what the mirror found wrong. */
export function hear(follow: Follow, { resource, options = {}, signal, seed, onEvent }: HearingOptions): Hearing {
  const stop = new AbortController();
  const mirror = createMirror(seed);
  const whole = signal === undefined ? stop.signal : AbortSignal.any([stop.signal, signal]);
  const stopped = (async () => {
    for await (const event of follow(resource, { ...options, signal: whole })) {
      mirror.hear(event);
      await onEvent?.(event);
    }
  })();
  // Looked at when it is disposed, and by `until`, which sees that nothing comes any more.
  stopped.catch(() => {});
  return {
    mirror,
    stopped,
    async [Symbol.asyncDispose]() {
      stop.abort(new Error("the test is over"));
      await stopped;
    },
  };
}

/** Follows with everything that takes time made short; `tuning` on top. */
export const quickFollow = (api: ApiClient, tuning: Partial<FollowTuning> = {}, random?: Random): Follow =>
  createFollow(
    { api, clock: systemClock, random: random ?? createSeededRandom(1), log: silentLogger },
    {
      retry: { minMs: 1, maxMs: 8 },
      slowRetryMs: { low: 5, high: 10 },
      stableMs: 1000,
      settleMs: 5,
      proofMs: 30,
      answerMs: 1000,
      pageSize: 3,
      ...tuning,
    },
  );
