/** A stable name for one kind of failure, safe to match on in scripts: `HEDDLE_CLUSTER_UNAUTHORIZED`. */
export type ErrorCode = `HEDDLE_${string}`;

/** What every Heddle error carries besides its message. `details` is shown to users: never a secret. */
export type HeddleErrorOptions = Readonly<{
  code: ErrorCode;
  /** True when the same call may succeed later without anyone changing anything. */
  retryable?: boolean;
  cause?: unknown;
  details?: Readonly<Record<string, unknown>>;
}>;

/** The one error class that crosses an area's door. The message says what failed, what was found and the way out. */
export class HeddleError extends Error {
  override readonly name: string = "HeddleError";
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(message: string, options: HeddleErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.retryable = options.retryable ?? false;
    this.details = options.details ?? {};
  }
}

export const isHeddleError = (value: unknown, code?: ErrorCode): value is HeddleError =>
  value instanceof HeddleError && (code === undefined || value.code === code);

/** Bad input from a person: commands exit with 2. */
export class UsageError extends HeddleError {
  override readonly name = "UsageError";

  constructor(message: string, options: Partial<HeddleErrorOptions> = {}) {
    super(message, { code: "HEDDLE_USAGE", ...options });
  }
}

/** Any thrown value as a HeddleError; one that already is stays the same object. */
export function toHeddleError(value: unknown, code: ErrorCode = "HEDDLE_INTERNAL"): HeddleError {
  if (value instanceof HeddleError) return value;
  return new HeddleError(messageOf(value), { code, cause: value });
}

/** The message of any thrown value; AggregateError (Node's connect failures) tells its first cause. */
export function messageOf(value: unknown): string {
  if (value instanceof AggregateError && value.message === "") return messageOf(value.errors[0]);
  if (value instanceof Error) return value.message === "" ? value.name : value.message;
  return String(value);
}

/** The `code` of a Node or system error (`ECONNREFUSED`) anywhere in the chain of causes. */
export function systemCodeOf(value: unknown): string | undefined {
  for (let current = value; current instanceof Error; current = current.cause) {
    if ("code" in current && typeof current.code === "string" && !current.code.startsWith("HEDDLE_"))
      return current.code;
    if (current instanceof AggregateError) {
      const code = systemCodeOf(current.errors[0]);
      if (code !== undefined) return code;
    }
  }
  return undefined;
}
