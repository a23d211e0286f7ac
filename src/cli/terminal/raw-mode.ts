import { type CliInput } from "../ports.ts";

/**
 * Hands keys through as they are typed, unseen and unchanged, Ctrl-C among them. Disposing gives the terminal back as
 * it was; so does Node when the process ends before that: by process.exit, by an exception, by SIGINT or SIGTERM.
 */
export function enterRawMode(stdin: CliInput): Disposable {
  stdin.setRawMode?.(true);
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
