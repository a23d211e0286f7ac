import assert from "node:assert/strict";
import { type HeddleError, isHeddleError } from "../../base/index.ts";

/** What the call fails with; its Status as `details.status`. */
export async function failureOf(call: Promise<unknown>): Promise<HeddleError> {
  const outcome = await call.then(
    () => new Error("it succeeded"),
    (error: unknown) => error,
  );
  assert.ok(isHeddleError(outcome), String(outcome));
  return outcome;
}
