import { constants } from "node:os";
import { type Clock } from "../base/index.ts";

export type Interrupt = Disposable &
  Readonly<{
    /** Aborts with the first signal. */
    signal: AbortSignal;
    /** What the process should end with: 128 + the signal's number where one came, else the command's own code. */
    exitCode(own: number): number;
  }>;

type SignalSource = Pick<NodeJS.Process, "on" | "off" | "exit">;

const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** A launcher and a terminal may both pass the same Ctrl-C on: that is one wish, not two. */
const sameWishMs = 300;

/** Turns the first signal into an abort; a second one, meant as such, ends the process at once. */
export function listenForInterrupts(source: SignalSource, clock: Pick<Clock, "monotonicMs">): Interrupt {
  const controller = new AbortController();
  let first: { number: number; atMs: number } | undefined;
  const onSignal = (name: (typeof names)[number]): void => {
    const number = constants.signals[name];
    if (first === undefined) {
      first = { number, atMs: clock.monotonicMs() };
      controller.abort(new DOMException(`stopped by ${name}`, "AbortError"));
    } else if (clock.monotonicMs() - first.atMs > sameWishMs) source.exit(128 + number);
  };
  for (const name of names) source.on(name, onSignal);
  return {
    signal: controller.signal,
    exitCode: (own) => (first === undefined ? own : 128 + first.number),
    [Symbol.dispose]() {
      for (const name of names) source.off(name, onSignal);
    },
  };
}
