import { type Random } from "../../base/index.ts";
import { type Progress } from "./exchange.ts";

/** How one try failed. */
export type TryFailure =
  | Readonly<{ kind: "answer"; status: number; retryAfterMs?: number | undefined }>
  | Readonly<{ kind: "transport"; progress: Progress; retryable: boolean; tookMs: number }>;

export type RetryQuestion = Readonly<{
  /** True when doing it twice is doing it once: GET. */
  safe: boolean;
  /** Tries so far, this one included: 1 for the first. */
  tries: number;
  failure: TryFailure;
}>;

const maxAnswers = 5;
/** After GOAWAY many are refused at once, perhaps by the next connection too: they come back soon, and more often. */
const transport: Readonly<Record<Progress, Readonly<{ maxTries: number; firstWaitMs: number }>>> = {
  "not sent": { maxTries: 3, firstWaitMs: 50 },
  refused: { maxTries: 6, firstWaitMs: 10 },
  sent: { maxTries: 3, firstWaitMs: 50 },
};
/** Who waited this long for nothing is told so rather than made to wait as long again. */
const maxTookMs = 5_000;
/** A server that asks for more is told to the caller instead of waited for. */
const maxRetryAfterMs = 30_000;

/**
 * How long to wait before the same request may be sent again; undefined: give up.
 *
 * 429 with Retry-After is safe for every method: priority and fairness refuse before anything runs. 503 with
 * Retry-After and failures of transport are tried again only for GET, or where the server cannot have seen the request.
 */
export function retryAfterFailure({ safe, tries, failure }: RetryQuestion, random: Random): number | undefined {
  if (failure.kind === "answer") {
    const { status, retryAfterMs } = failure;
    if (tries >= maxAnswers || retryAfterMs === undefined || retryAfterMs > maxRetryAfterMs) return undefined;
    if (status !== 429 && !(status === 503 && safe)) return undefined;
    // Up to a tenth more, so that all who were refused together do not return together.
    return retryAfterMs * (1 + random() / 10);
  }
  const { progress, retryable, tookMs } = failure;
  const { maxTries, firstWaitMs } = transport[progress];
  if (tries >= maxTries || !retryable || (progress === "sent" && !safe) || tookMs > maxTookMs) return undefined;
  return firstWaitMs * 4 ** (tries - 1) * (1 + random());
}

/** Retry-After's two forms (RFC 9110 §10.2.3), as milliseconds from `nowMs`; undefined for anything else. */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const atMs = /^[A-Z][a-z]{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}
