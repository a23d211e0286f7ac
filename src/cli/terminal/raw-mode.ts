import { spawnSync } from "node:child_process";
import { type CliInput } from "../ports.ts";

/**
 * Hands keys through as they are typed, unseen and unchanged, Ctrl-C among them, and shows what comes as it comes.
 * Disposing gives the terminal back as it was; so does Node when the process ends before that: by process.exit, by an
 * exception, by SIGINT or SIGTERM.
 */
export function enterRawMode(stdin: CliInput): Disposable {
  stdin.setRawMode?.(true);
  passOutputThrough(stdin);
  return {
    [Symbol.dispose]() {
      // A terminal that was closed meanwhile has no mode to go back to, and says so by an event.
      const ignore = (): void => {};
      stdin.on("error", ignore);
      if (!stdin.destroyed) stdin.setRawMode?.(false);
      stdin.off("error", ignore);
    },
  };
}

/**
 * Node's raw mode still turns each line feed into a new line, which the container's terminal has done already where it
 * is wanted: full-screen programs move down by a bare line feed. Node restores this too. Where there is no stty, on
 * Windows, it is as Node left it.
 */
function passOutputThrough(stdin: CliInput): void {
  if (!("fd" in stdin) || typeof stdin.fd !== "number") return;
  spawnSync("stty", ["-opost"], { stdio: [stdin.fd, "ignore", "ignore"], timeout: 1_000 });
}
