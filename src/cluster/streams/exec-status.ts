import { HeddleError } from "../../base/index.ts";
import { isJsonObject, type JsonObject, listAt, numberAt, stringAt } from "../../model/index.ts";

/** How a command ended: with an exit code, or not at all because it could not be run (`error`). */
export type ExecOutcome = Readonly<{ exitCode: number }> | Readonly<{ error: HeddleError }>;

/**
 * The Status that ends every session on the error channel: Success, or Failure with reason NonZeroExitCode and the
 * code as text in a cause of type ExitCode, or Failure for another reason (the runtime could not start the command).
 */
export function decodeExecStatus(payload: Uint8Array): ExecOutcome {
  const status = parseJson(payload);
  if (status === undefined) return { error: unreadable("expected a Status as JSON") };
  if (stringAt(status, "status") === "Success") return { exitCode: 0 };
  if (stringAt(status, "reason") !== "NonZeroExitCode") return { error: failed(status) };
  const exitCode = exitCodeOf(status);
  return exitCode === undefined
    ? { error: unreadable(`its Status has no exit code: ${stringAt(status, "message") ?? "no message"}`) }
    : { exitCode };
}

function exitCodeOf(status: JsonObject): number | undefined {
  const cause = listAt(status, "details", "causes").find((entry) => stringAt(entry, "reason") === "ExitCode");
  const text = stringAt(cause, "message") ?? "";
  return /^-?\d{1,10}$/.test(text) ? Number(text) : undefined;
}

function parseJson(payload: Uint8Array): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(payload));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function failed(status: JsonObject): HeddleError {
  const message = stringAt(status, "message") ?? "the server gave no reason";
  const notFound = /executable file not found|: no such file or directory/.test(message);
  return new HeddleError(`the command could not be run: ${withoutWrapping(message)}`, {
    code: notFound ? "HEDDLE_CLUSTER_COMMAND_NOT_FOUND" : "HEDDLE_CLUSTER_COMMAND_FAILED",
    details: { status, httpStatus: numberAt(status, "code") },
  });
}

/** API server, kubelet, containerd and runc each put their own words before those that matter. */
const withoutWrapping = (message: string): string =>
  message
    .replace(/^(Internal error occurred: )+/, "")
    .replace(/^error executing command in container: .*unable to start container process: /, "")
    .replace(/: unknown$/, "");

const unreadable = (why: string): HeddleError =>
  new HeddleError(`cannot tell how the command ended: ${why}`, { code: "HEDDLE_CLUSTER_PROTOCOL", retryable: false });
