import { HeddleError, systemCodeOf } from "../../base/index.ts";

/**
 * What can be wrong with a credential. INVALID: it is not what it should be. FILE: it cannot be read. EXPIRED: its time
 * is over. PLUGIN_MISSING, PLUGIN_FAILED: the exec plugin is not there, or does not deliver. UNSUPPORTED: a way in that
 * no longer exists. NOT_IN_CLUSTER: this process runs in no pod.
 */
export type CredentialFailure =
  | "INVALID"
  | "FILE"
  | "EXPIRED"
  | "PLUGIN_MISSING"
  | "PLUGIN_FAILED"
  | "UNSUPPORTED"
  | "NOT_IN_CLUSTER";

/** A HeddleError HEDDLE_CREDENTIAL_<kind>. The message must hold no secret; neither may the cause's. */
export function credentialError(
  kind: CredentialFailure,
  message: string,
  options: Readonly<{ retryable?: boolean; cause?: unknown; details?: Readonly<Record<string, unknown>> }> = {},
): HeddleError {
  return new HeddleError(message, { code: `HEDDLE_CREDENTIAL_${kind}`, ...options });
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "a part of the path is no folder",
  EACCES: "this user may not read it",
  EPERM: "this user may not read it",
  EISDIR: "it is a folder, a file is expected",
  ELOOP: "its symbolic links form a loop",
};

/** Why a file could not be read, in words. */
export const readFailure = (error: unknown): string => {
  const code = systemCodeOf(error) ?? "unknown error";
  return reasons[code] ?? `reading it failed with ${code}`;
};
