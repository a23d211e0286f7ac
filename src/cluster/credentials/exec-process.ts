import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, isAbsolute, join, sep } from "node:path";
import { type HeddleError, systemCodeOf } from "../../base/index.ts";
import { type ExecPlugin } from "./exec-model.ts";
import { credentialError } from "./failures.ts";
import { type CredentialDeps } from "./renewing.ts";

const mostOutputBytes = 1 << 20;
/** Kept of stderr, and shown of it. */
const keptErrorCharacters = 1 << 16;
const mostErrorCharacters = 600;

export type PluginRun = Readonly<{
  plugin: ExecPlugin;
  /** KUBERNETES_EXEC_INFO. */
  input: string;
  timeoutMs: number;
}>;

/**
 * Runs a plugin to its end and answers what it printed. It has a session of its own and no standard input, so there is
 * no terminal that it could ask; abort, timeout and too much output kill it with all that it started.
 * Fails with HEDDLE_CREDENTIAL_PLUGIN_MISSING and the install hint, or _PLUGIN_FAILED with the end of its stderr.
 */
export async function runPlugin(run: PluginRun, deps: CredentialDeps, signal: AbortSignal): Promise<string> {
  const { plugin, input } = run;
  const path = await findCommand(plugin, deps.env);
  signal.throwIfAborted();
  const env = { ...deps.env, ...plugin.env.reveal(), KUBERNETES_EXEC_INFO: input };
  let child: ChildProcess;
  try {
    child = spawn(path, plugin.args.reveal(), { env, stdio: ["ignore", "pipe", "pipe"], detached: true });
  } catch {
    // No cause: Node's message would quote the argument.
    throw failure(plugin, "cannot be started: its arguments or its environment hold a NUL character");
  }
  return outcomeOf(child, { run, deps, signal });
}

/** As a shell finds it on the caller's PATH; the plugin's own environment does not count, as in client-go. */
async function findCommand(plugin: ExecPlugin, env: CredentialDeps["env"]): Promise<string> {
  const { command } = plugin;
  const candidates = command.includes(sep)
    ? [command]
    : (env["PATH"] ?? "").split(delimiter).flatMap((folder) => (isAbsolute(folder) ? [join(folder, command)] : []));
  let reason = command.includes(sep) ? "there is no such file" : "there is no such command on the PATH";
  for (const candidate of candidates) {
    try {
      await access(candidate, constants.X_OK);
      return candidate;
    } catch (error) {
      if (systemCodeOf(error) === "EACCES") reason = `${candidate} may not be executed by this user`;
    }
  }
  throw missing(plugin, reason);
}

type Run = Readonly<{ run: PluginRun; deps: CredentialDeps; signal: AbortSignal }>;

function outcomeOf(child: ChildProcess, { run: { plugin, timeoutMs }, deps, signal }: Run): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const stdout: Buffer[] = [];
  let outputBytes = 0;
  let stderr = "";
  const stop = (reason: unknown): void => {
    killGroup(child);
    reject(reason);
  };
  const onAbort = (): void => stop(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  const cancelTimeout = deps.clock.after(timeoutMs, () =>
    stop(failure(plugin, `did not finish within ${timeoutMs / 1000} s${told(stderr, plugin)}`, true)),
  );
  child.stdout?.on("data", (chunk: Buffer) => {
    outputBytes += chunk.length;
    if (outputBytes <= mostOutputBytes) stdout.push(chunk);
    else stop(failure(plugin, "printed more than 1 MiB: expected an ExecCredential"));
  });
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
    stderr = `${stderr}${chunk}`.slice(-keptErrorCharacters);
  });
  child.on("error", (error) => reject(startFailure(error, plugin)));
  child.on("close", (code, killedBy) => {
    if (code === 0) resolve(Buffer.concat(stdout).toString("utf8"));
    else reject(failure(plugin, `failed with ${killedBy ?? `exit code ${code ?? "?"}`}${told(stderr, plugin)}`, true));
  });
  return promise.finally(() => {
    cancelTimeout();
    signal.removeEventListener("abort", onAbort);
  });
}

/** SIGKILL, so that nothing stays behind: a plugin has nothing of ours to put in order. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    child.kill("SIGKILL");
  }
}

function startFailure(error: unknown, plugin: ExecPlugin): HeddleError {
  const code = systemCodeOf(error);
  if (code === "ENOENT") return missing(plugin, "its interpreter (first line of the script) is not there");
  if (code === "E2BIG") return failure(plugin, "cannot be started: its arguments and environment are too long");
  return failure(plugin, `cannot be started: ${code ?? "unknown reason"}`, true);
}

function missing({ command, owner, installHint }: ExecPlugin, reason: string): HeddleError {
  const hint = installHint === undefined ? "" : `\n${printable(installHint)}`;
  return credentialError("PLUGIN_MISSING", `the exec plugin ${command} of ${owner} cannot be run: ${reason}${hint}`);
}

const failure = ({ command, owner }: ExecPlugin, problem: string, retryable = false): HeddleError =>
  credentialError("PLUGIN_FAILED", `the exec plugin ${command} of ${owner} ${problem}`, { retryable });

/** The end of what a plugin said on stderr, fit to be shown. */
function told(stderr: string, plugin: ExecPlugin): string {
  const text = redact(printable(stderr).trim(), plugin);
  if (text === "") return "";
  return `; it said: ${text.length > mostErrorCharacters ? `…${text.slice(-mostErrorCharacters)}` : text}`;
}

/** Terminal escapes and other control characters could do more than be read. */
const printable = (text: string): string => text.replaceAll(/[^\P{C}\n\t]/gu, "");

const secretName = /secret|token|passw|key|credential/i;

/** Takes out what plugins may repeat of what they were given, and whatever looks like a token. */
function redact(text: string, plugin: ExecPlugin): string {
  const given = Object.entries(plugin.env.reveal()).flatMap(([name, value]) => (secretName.test(name) ? [value] : []));
  const secrets = [...given, ...secretArguments(plugin.args.reveal())].filter((value) => value.length >= 4);
  const bare = secrets.reduce((rest, value) => rest.replaceAll(value, "[redacted]"), text);
  return bare
    .replaceAll(/\beyJ[\w-]{8,}(\.[\w-]*)*/g, "[redacted]")
    .replaceAll(/(bearer\s+)\S+/gi, "$1[redacted]")
    .replaceAll(/-----BEGIN [A-Z ]+-----[\s\S]*?(-----END [A-Z ]+-----|$)/g, "[redacted]");
}

/** "--client-secret=x" and "--client-secret x": x. */
const secretArguments = (args: readonly string[]): readonly string[] =>
  args.flatMap((arg, index) => {
    const [, name = "", value = args[index + 1] ?? ""] = /^(-[^=]*)(?:=(.*))?$/s.exec(arg) ?? [];
    return secretName.test(name) ? [value] : [];
  });
