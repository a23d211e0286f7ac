import { type Credential, type CredentialValue } from "../access.ts";
import { parseExecCredential } from "./exec-answer.ts";
import { type ExecPlugin } from "./exec-model.ts";
import { runPlugin } from "./exec-process.ts";
import { credentialError } from "./failures.ts";
import { guardedValue, isRefused } from "./fixed-credential.ts";
import { createRenewing, type CredentialDeps, type Fresh } from "./renewing.ts";

/** Plugins may wait for a browser; longer than this nobody waits for them. */
export const defaultPluginTimeoutMs = 60_000;
/** After a failed run the plugin is left alone this long. */
const retryAfterMs = 5_000;
const mostLeewayMs = 30_000;

/**
 * A credential that a plugin prints: run without a terminal when first asked for, shortly before what it gave expires
 * (`status.expirationTimestamp`, or the end of its certificate) and when the server refused it. Runs are shared.
 * Fails with HEDDLE_CREDENTIAL_PLUGIN_MISSING, _PLUGIN_FAILED, _INVALID or _EXPIRED.
 */
export function createExecCredential(
  plugin: ExecPlugin,
  deps: CredentialDeps,
  timeoutMs: number = defaultPluginTimeoutMs,
): Credential {
  const description = `exec plugin ${plugin.command}`;
  const renewing = createRenewing<CredentialValue>(
    {
      description,
      retryAfterMs,
      async renew(_kept, signal): Promise<Fresh<CredentialValue>> {
        if (plugin.interactiveMode === "Always") throw needsTerminal(plugin);
        const output = await runPlugin({ plugin, input: execInfo(plugin), timeoutMs }, deps, signal);
        const nowMs = deps.clock.nowMs();
        const { value, expiresAtMs } = parseExecCredential(output, plugin, nowMs);
        const leewayMs = expiresAtMs === undefined ? 0 : Math.min(mostLeewayMs, (expiresAtMs - nowMs) / 5);
        return { value: guardedValue(value), renewAfterMs: Infinity, expiresAtMs, leewayMs };
      },
    },
    deps,
  );
  return {
    description,
    get: (signal) => renewing.get(signal),
    invalidate: (refused) => renewing.invalidate(refused && ((value) => isRefused(value, refused))),
  };
}

/** KUBERNETES_EXEC_INFO: what the plugin is told. Never interactive: Heddle gives no plugin its terminal. */
function execInfo({ apiVersion, cluster }: ExecPlugin): string {
  const spec = { ...(cluster && { cluster: cluster.reveal() }), interactive: false };
  return JSON.stringify({ kind: "ExecCredential", apiVersion, spec });
}

const needsTerminal = ({ command, owner }: ExecPlugin) =>
  credentialError(
    "PLUGIN_FAILED",
    `the exec plugin ${command} of ${owner} wants a terminal (interactiveMode: Always), and Heddle runs plugins without one: if it can do without, set interactiveMode to IfAvailable; else sign in by its own command and use what it stores`,
  );
