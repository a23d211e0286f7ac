import { type Clock, type Logger, messageOf } from "../../base/index.ts";
import { type Aide } from "./aide.ts";
import { failureKindOf } from "./failure.ts";

/** When the write-ahead log is copied into the database: never within a transaction's way for long. */
export type Checkpoints = Readonly<{
  /** Between two transactions: begins what is due, and answers what the next transaction must wait for. Never fails. */
  rest(): Promise<void> | undefined;
}>;

export type CheckpointDeps = Readonly<{
  aide: Aide;
  clock: Clock;
  log: Logger;
  walBytes(): number;
  damaged(error: unknown): void;
}>;

/** From here on the write-ahead log is copied. */
const dueBytes = 4 * 1024 * 1024;

/** After a failure, so long nothing is tried. */
const pauseMs = 1_000;

/**
 * Two steps: the most is copied beside the transactions; then, with none under way, the little that came meanwhile, and
 * the log begins anew. Without the second step a log that is always written would grow without end.
 */
export function createCheckpoints({ aide, clock, log, walBytes, damaged }: CheckpointDeps): Checkpoints {
  let phase: "resting" | "copying" | "copied" = "resting";
  let notBeforeMs = -Infinity;

  const failed = (error: unknown): void => {
    phase = "resting";
    notBeforeMs = clock.monotonicMs() + pauseMs;
    log.debug({ error: messageOf(error) }, "The catalog's write-ahead log could not be copied; it is tried again.");
    if (failureKindOf(error) === "damaged") damaged(error);
  };
  const copy = async (): Promise<void> => {
    phase = "copying";
    try {
      await aide.checkpoint();
      phase = "copied";
    } catch (error) {
      failed(error);
    }
  };
  const restart = async (): Promise<void> => {
    phase = "resting";
    try {
      await aide.restart();
    } catch (error) {
      failed(error);
    }
  };
  return {
    rest() {
      if (phase === "copied") return restart();
      if (phase === "resting" && walBytes() >= dueBytes && clock.monotonicMs() >= notBeforeMs) void copy();
      return undefined;
    },
  };
}
