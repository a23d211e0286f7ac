/** Structured log lines: fields first, then the sentence. Never a secret in either. */
export type Logger = Readonly<{
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: Readonly<Record<string, unknown>>): Logger;
}>;

export type LogOptions = Readonly<{
  level: "debug" | "info" | "warn" | "error" | "silent";
  destination: NodeJS.WritableStream;
}>;

/** What must not be read in a log even when someone logs a whole object. */
const secretPaths = [
  "token",
  "password",
  "authorization",
  "*.token",
  "*.password",
  "*.authorization",
  "headers.authorization",
];

/** JSON lines by pino, one a call, written to `destination`. Pino is loaded here: most commands never log. */
export async function createLogger({ level, destination }: LogOptions): Promise<Logger> {
  const { pino } = await import("pino");
  const logger: Logger = pino(
    { level, base: null, redact: { paths: secretPaths, censor: "[redacted]" } },
    { write: (line: string) => void destination.write(line) },
  );
  return logger;
}

const nothing = (): void => {};

/** For callers that do not want to be told. */
export const silentLogger: Logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  child: () => silentLogger,
};
