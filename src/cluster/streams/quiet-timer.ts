import { type Clock } from "../../base/index.ts";

/** Tells once when nothing has happened for a while, counted from `start`. */
export type QuietTimer = Readonly<{ start(): void; touch(): void; stop(): void }>;

/** `onQuiet` is called after `quietMs` without a `touch`; before `start` and after `stop` never. */
export function createQuietTimer(clock: Clock, quietMs: number, onQuiet: () => void): QuietTimer {
  let state: "idle" | "running" | "stopped" = "idle";
  let cancel: () => void = () => {};
  const arm = (): void => {
    cancel();
    cancel = clock.after(quietMs, onQuiet);
  };
  return {
    start() {
      if (state !== "idle") return;
      state = "running";
      arm();
    },
    touch() {
      if (state === "running") arm();
    },
    stop() {
      state = "stopped";
      cancel();
    },
  };
}
