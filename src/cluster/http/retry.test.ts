import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Progress } from "./exchange.ts";
import { parseRetryAfter, retryAfterFailure, type RetryQuestion } from "./retry.ts";

const answer = (status: number, retryAfterMs?: number): RetryQuestion["failure"] => ({
  kind: "answer",
  status,
  retryAfterMs,
});
const transport = (progress: Progress, retryable = true, tookMs = 10): RetryQuestion["failure"] => ({
  kind: "transport",
  progress,
  retryable,
  tookMs,
});

describe("retryAfterFailure", () => {
  for (const [name, question, expected] of [
    ["a read that 429 asks to come later", { safe: true, tries: 1, failure: answer(429, 1000) }, 1000],
    [
      "a write that 429 asks to come later: it was not carried out",
      { safe: false, tries: 4, failure: answer(429, 0) },
      0,
    ],
    ["a read that 503 asks to come later", { safe: true, tries: 1, failure: answer(503, 2000) }, 2000],
    ["a read whose connection broke", { safe: true, tries: 1, failure: transport("sent") }, 50],
    ["a write that the server refused unprocessed", { safe: false, tries: 5, failure: transport("refused") }, 2560],
    ["a write that was never sent", { safe: false, tries: 2, failure: transport("not sent") }, 200],
  ] as const)
    it(`sends again ${name}`, () =>
      assert.equal(
        retryAfterFailure(question, () => 0),
        expected,
      ));

  for (const [name, question] of [
    [
      "a write whose connection broke after it may have been seen",
      { safe: false, tries: 1, failure: transport("sent") },
    ],
    ["a write that 503 refuses", { safe: false, tries: 1, failure: answer(503, 1000) }],
    ["429 without Retry-After: an eviction that a budget forbids", { safe: true, tries: 1, failure: answer(429) }],
    ["503 without Retry-After", { safe: true, tries: 1, failure: answer(503) }],
    ["a wait that is longer than callers would have it", { safe: true, tries: 1, failure: answer(429, 31_000) }],
    ["what failed five times", { safe: true, tries: 5, failure: answer(429, 1000) }],
    ["a connection that broke three times", { safe: true, tries: 3, failure: transport("sent") }],
    ["what was refused unprocessed six times", { safe: true, tries: 6, failure: transport("refused") }],
    ["a certificate that is not trusted", { safe: true, tries: 1, failure: transport("not sent", false) }],
    [
      "a connection that nobody answered for seconds",
      { safe: true, tries: 1, failure: transport("not sent", true, 10_000) },
    ],
    ["any other answer", { safe: true, tries: 1, failure: answer(500, 1000) }],
  ] as const)
    it(`gives up ${name}`, () =>
      assert.equal(
        retryAfterFailure(question, () => 0),
        undefined,
      ));

  it("waits a little longer by chance, so that many do not return together", () => {
    assert.equal(
      retryAfterFailure({ safe: true, tries: 1, failure: answer(429, 1000) }, () => 0.5),
      1050,
    );
    assert.equal(
      retryAfterFailure({ safe: true, tries: 1, failure: transport("sent") }, () => 0.5),
      75,
    );
  });
});

describe("parseRetryAfter", () => {
  const nowMs = Date.UTC(2026, 0, 1, 12, 0, 0);
  for (const [value, expected] of [
    ["1", 1000],
    [" 120 ", 120_000],
    ["0", 0],
    ["Thu, 01 Jan 2026 12:00:30 GMT", 30_000],
    ["Thu, 01 Jan 2026 11:00:00 GMT", 0],
    ["soon", undefined],
    ["-1", undefined],
    ["2026", 2_026_000],
    ["", undefined],
    [undefined, undefined],
  ] as const)
    it(`reads ${JSON.stringify(value)} as ${expected} ms`, () => assert.equal(parseRetryAfter(value, nowMs), expected));
});
