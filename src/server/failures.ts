import { type ErrorCode, HeddleError, UsageError } from "../base/index.ts";

/** An error of the server's own, with the HTTP status that belongs to it. */
export class ServerError extends HeddleError {
  readonly status: number;

  constructor(status: number, code: ErrorCode, message: string) {
    super(message, { code });
    this.status = status;
  }
}

/** What a write, a command or a forwarded port is answered while they are off. */
export const mutationsDisabled = (what: string): ServerError =>
  new ServerError(
    403,
    "HEDDLE_SERVER_MUTATIONS_DISABLED",
    `${what} through the server is off: set "enable_mutations: true" in the configuration file of the server to allow it`,
  );

/** What is answered to whoever still waits for something: another server may be started in the place of this one. */
export const serverStops = (): HeddleError =>
  new HeddleError("the server stops", { code: "HEDDLE_SERVER_STOPPING", retryable: true });

const statuses: readonly (readonly [RegExp, number])[] = [
  [/^HEDDLE_(CLUSTER_NOT_FOUND|CLUSTER_UNKNOWN_KIND|FLEET_UNKNOWN_CLUSTER)$/, 404],
  [/^HEDDLE_CLUSTER_(CONFLICT|ALREADY_EXISTS)$/, 409],
  [/^HEDDLE_CLUSTER_FORBIDDEN$/, 403],
  [/^HEDDLE_CLUSTER_INVALID$/, 422],
  [/^HEDDLE_FLEET_SEVERAL_KINDS$/, 400],
  [/^HEDDLE_(CLUSTER|CREDENTIAL|FLEET)_/, 502],
];

/** The HTTP status that tells as much as one number can of an error. */
export function statusOf(error: HeddleError): number {
  if (error instanceof ServerError) return error.status;
  if (error instanceof UsageError) return 400;
  const known = statuses.find(([pattern]) => pattern.test(error.code))?.[1];
  return known ?? (error.retryable ? 503 : 500);
}
