import { z } from "zod";
import { type CredentialValue } from "../access.ts";
import { type ExecPlugin } from "./exec-model.ts";
import { credentialError } from "./failures.ts";
import { checkToken } from "./file-credential.ts";
import { checkPair } from "./pem.ts";

const text = z
  .string()
  .nullish()
  .transform((value) => (value === null || value === "" ? undefined : value));

const answerSchema = z.object({
  kind: text,
  apiVersion: text,
  status: z
    .object({ token: text, clientCertificateData: text, clientKeyData: text, expirationTimestamp: text })
    .nullish(),
});

/**
 * What a plugin printed, as a credential: an ExecCredential of the configured apiVersion with a token, a certificate
 * and its key, or both. Nothing of the output gets into the error, which is HEDDLE_CREDENTIAL_PLUGIN_FAILED, _INVALID
 * or _EXPIRED.
 */
export function parseExecCredential(
  output: string,
  plugin: ExecPlugin,
  nowMs: number,
): Readonly<{ value: CredentialValue; expiresAtMs?: number }> {
  const name = `exec plugin ${plugin.command} of ${plugin.owner}`;
  const failed: Failed = (problem) => credentialError("PLUGIN_FAILED", `the ${name} ${problem}`);
  const { token, cert, key, expirationTimestamp } = statusOf(parseAnswer(output, failed), plugin, failed);
  const names = { cert: `clientCertificateData of the ${name}`, key: `clientKeyData of the ${name}` };
  const pair = cert === undefined || key === undefined ? undefined : checkPair({ cert, key }, names, nowMs);
  const expiresAtMs = Math.min(expiryOf(expirationTimestamp, failed), pair?.expiresAtMs ?? Infinity);
  if (expiresAtMs <= nowMs)
    throw credentialError(
      "EXPIRED",
      `the ${name} gave a credential that expired at ${new Date(expiresAtMs).toISOString()}: sign in again, or check this machine's clock (${new Date(nowMs).toISOString()})`,
      { retryable: true, details: { expiresAtMs } },
    );
  const value = {
    ...(token !== undefined && { token: checkToken(token, `token of the ${name}`) }),
    ...(pair && { certificate: { cert: pair.cert, key: pair.key } }),
  };
  return { value, ...(expiresAtMs !== Infinity && { expiresAtMs }) };
}

type Failed = (problem: string) => Error;
type Answer = z.output<typeof answerSchema>;

function statusOf({ kind, apiVersion, status }: Answer, plugin: ExecPlugin, failed: Failed) {
  if (kind !== "ExecCredential") throw failed('printed JSON that is no ExecCredential (its "kind")');
  if (apiVersion !== plugin.apiVersion)
    throw failed(
      `is configured for ${plugin.apiVersion} and answered ${knownVersion(apiVersion)}: change apiVersion in the kubeconfig, or update the plugin`,
    );
  if (status === null || status === undefined) throw failed("printed no status: expected a token or a certificate");
  const { token, clientCertificateData: cert, clientKeyData: key, expirationTimestamp } = status;
  if (token === undefined && cert === undefined && key === undefined)
    throw failed("printed a status with neither token nor certificate");
  if ((cert === undefined) !== (key === undefined))
    throw failed(`printed ${cert === undefined ? "a key without its certificate" : "a certificate without its key"}`);
  return { token, cert, key, expirationTimestamp };
}

function parseAnswer(output: string, failed: Failed): Answer {
  if (output.trim() === "") throw failed("printed nothing: expected an ExecCredential as JSON");
  let json: unknown;
  try {
    json = JSON.parse(output);
  } catch {
    // No cause: the parser's message quotes the output.
    throw failed("did not print JSON: expected an ExecCredential");
  }
  const result = answerSchema.safeParse(json);
  if (result.success) return result.data;
  const keys = result.error.issues.map(({ path }) => path.join(".") || "the whole");
  throw failed(`printed an ExecCredential with the wrong type in ${keys.join(", ")}`);
}

/** Milliseconds since the epoch; Infinity where the plugin names no end. */
function expiryOf(timestamp: string | undefined, failed: Failed): number {
  if (timestamp === undefined) return Infinity;
  const expiresAtMs = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(timestamp)
    ? Date.parse(timestamp)
    : NaN;
  if (Number.isNaN(expiresAtMs)) throw failed("printed an expirationTimestamp that is no RFC 3339 time");
  return expiresAtMs;
}

/** Only what looks like a version is repeated: anything may stand in a plugin's output. */
const knownVersion = (apiVersion: string | undefined): string =>
  apiVersion !== undefined && /^client\.authentication\.k8s\.io\/v\d\w{0,10}$/.test(apiVersion)
    ? apiVersion
    : "another apiVersion";
