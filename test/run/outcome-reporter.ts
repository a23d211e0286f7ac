import { fileOf } from "./file-of.ts";
import { type TestEvent } from "node:test/reporters";

/** What is kept of one finished test. `reason` is set when it did not run. */
export type Outcome = Readonly<{
  file: string;
  name: string;
  result: "passed" | "failed" | "skipped";
  durationMs: number;
  reason?: string;
}>;

/** A node:test reporter: one JSON line a test (suites are left out), for the summary at the end of the run. */
export default async function* outcomes(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const path: string[] = [];
  for await (const event of source) {
    if (event.type === "test:start") path.splice(event.data.nesting, Number.POSITIVE_INFINITY, event.data.name);
    if (event.type !== "test:pass" && event.type !== "test:fail") continue;
    const { data } = event;
    if (data.details.type === "suite" && data.skip === undefined && !ownFailure(event)) continue;
    const reason = data.skip ?? data.todo;
    const result = reason !== undefined ? "skipped" : event.type === "test:pass" ? "passed" : "failed";
    const outcome: Outcome = {
      file: fileOf(data),
      name: [...path.slice(0, data.nesting), data.name].join(" › "),
      result,
      durationMs: data.details.duration_ms,
      ...(reason === undefined
        ? {}
        : { reason: typeof reason === "string" && reason !== "" ? reason : "no reason given" }),
    };
    yield `${JSON.stringify(outcome)}\n`;
  }
}

/** A suite fails by itself only when its hooks or its body throw; else the tests in it have told. */
function ownFailure(event: Extract<TestEvent, { type: "test:pass" | "test:fail" }>): boolean {
  if (event.type === "test:pass") return false;
  const { error } = event.data.details;
  return !(error instanceof Error && "failureType" in error && error.failureType === "subtestsFailed");
}
