import { fileOf } from "./file-of.ts";
import { type TestEvent } from "node:test/reporters";
import { inspect } from "node:util";

type Tally = { passed: number; failed: number; skipped: number; durationMs: number };

/** A node:test reporter for people: a line for each file, and every failure in full. */
export default async function* progress(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  let current = "";
  let tally = emptyTally();
  for await (const event of source) {
    if (event.type === "test:stderr" || event.type === "test:stdout")
      yield event.data.message.trim() === "" ? "" : event.data.message;
    if (event.type !== "test:pass" && event.type !== "test:fail") continue;
    const file = fileOf(event.data);
    if (file !== current) {
      yield summary(current, tally);
      current = file;
      tally = emptyTally();
    }
    count(tally, event);
    if (event.type === "test:fail" && !isOnlyItsChildren(event.data.details.error)) {
      yield `\n✖ ${file}: ${event.data.name}\n${inspect(event.data.details.error, { depth: 6 })}\n\n`;
    }
  }
  yield summary(current, tally);
}

const emptyTally = (): Tally => ({ passed: 0, failed: 0, skipped: 0, durationMs: 0 });

function count(tally: Tally, { type, data }: Extract<TestEvent, { type: "test:pass" | "test:fail" }>): void {
  if (data.nesting === 0) tally.durationMs += data.details.duration_ms;
  if (data.details.type === "suite") return;
  if (data.skip !== undefined || data.todo !== undefined) tally.skipped += 1;
  else if (type === "test:pass") tally.passed += 1;
  else tally.failed += 1;
}

function summary(file: string, { passed, failed, skipped, durationMs }: Tally): string {
  if (passed + failed + skipped === 0) return "";
  const others = `${failed > 0 ? `, ${failed} FAILED` : ""}${skipped > 0 ? `, ${skipped} skipped` : ""}`;
  return `${failed > 0 ? "✖" : "✔"} ${file}  ${passed} passed${others}  ${(durationMs / 1000).toFixed(1)} s\n`;
}

/** A suite that fails because a test in it failed: the test has told already. */
const isOnlyItsChildren = (error: unknown): boolean =>
  error instanceof Error && "failureType" in error && error.failureType === "subtestsFailed";
