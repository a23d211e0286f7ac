import assert from "node:assert/strict";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { systemClock } from "../../base/index.ts";
import { until } from "../../../test/kube/index.ts";
import { createExecCredential } from "./exec-plugin.ts";
import { secret } from "./secret.ts";
import { answer, at, authority, credentialOf, failureOf, useScripts, v1 } from "./testing/exec-script.ts";

const { plugin, folder } = useScripts();

describe("an exec plugin that is not there", () => {
  it("is told with its install hint, whose control characters are taken out", async () => {
    const { credential } = await credentialOf(folder(), {
      command: "no-such-plugin",
      installHint: "Run \u001b[31mget it\nand sign in.",
    });
    const { code, message } = await failureOf(credential);
    assert.equal(code, "HEDDLE_CREDENTIAL_PLUGIN_MISSING");
    assert.match(
      message,
      /^the exec plugin no-such-plugin of user "dev" cannot be run: there is no such command on the PATH\nRun \[31mget it\nand sign in\.$/,
    );
  });

  it("is told by its path when the kubeconfig gives one", async () => {
    const { credential } = await credentialOf(folder(), { command: "./none" });
    assert.match((await failureOf(credential)).message, /\/none of user "dev" cannot be run: there is no such file$/);
  });

  it("may be there and not executable, or lack its interpreter", async () => {
    const home = await plugin("true");
    await writeFile(join(home, "login"), "#!/no/such/interpreter\n");
    const script = await credentialOf(home, {});
    assert.match((await failureOf(script.credential)).message, /its interpreter .* is not there$/);
    await chmod(join(home, "login"), 0o644);
    const file = await credentialOf(home, {});
    const error = await failureOf(file.credential);
    assert.equal(error.code, "HEDDLE_CREDENTIAL_PLUGIN_MISSING");
    assert.match(error.message, /login may not be executed by this user$/);
  });
});

describe("an exec plugin that fails", () => {
  const { cert, key } = authority.issue({ commonName: "dev" });
  const long = "x".repeat(2_000);

  for (const [state, script, code, message] of [
    [
      "with an exit code",
      "echo SECRET; echo sign in first >&2; exit 7",
      "PLUGIN_FAILED",
      /failed with exit code 7; it said: sign in first$/,
    ],
    ["without a word", "exit 1", "PLUGIN_FAILED", /failed with exit code 1$/],
    ["by a signal", "kill -TERM $$", "PLUGIN_FAILED", /failed with SIGTERM$/],
    ["with a long story", `echo ${long} the end >&2; exit 1`, "PLUGIN_FAILED", /; it said: …x{592} the end$/],
    [
      "repeating what it was given",
      'echo "$LOGIN_SECRET $1 $2 Bearer SECRET eyJSECRETSECRET.SECRET.SECRET" >&2; exit 1',
      "PLUGIN_FAILED",
      /it said: \[redacted\] --client-secret \[redacted\] Bearer \[redacted\] \[redacted\]$/,
    ],
    ["with a private key on stderr", `echo '${key}' >&2; exit 1`, "PLUGIN_FAILED", /it said: \[redacted\]$/],
    [
      "with escapes on stderr",
      "printf '\\033]0;title\\007\\033[2Jno' >&2; exit 1",
      "PLUGIN_FAILED",
      /it said: \]0;title\[2Jno$/,
    ],
    ["by saying nothing", "true", "PLUGIN_FAILED", /printed nothing: expected an ExecCredential as JSON$/],
    ["by chatting", "echo your token is SECRET", "PLUGIN_FAILED", /did not print JSON: expected an ExecCredential$/],
    ["by another kind", `echo '{"kind":"SECRET"}'`, "PLUGIN_FAILED", /printed JSON that is no ExecCredential/],
    ["by JSON that is no object", `echo '["SECRET"]'`, "PLUGIN_FAILED", /with the wrong type in the whole$/],
    [
      "by wrong types",
      answer({ token: { value: "SECRET" } }),
      "PLUGIN_FAILED",
      /with the wrong type in status\.token$/,
    ],
    [
      "by another version",
      answer({ token: "SECRET" }, `${v1}beta1`),
      "PLUGIN_FAILED",
      /is configured for client\.authentication\.k8s\.io\/v1 and answered client\.authentication\.k8s\.io\/v1beta1: change apiVersion/,
    ],
    [
      "by an unknown version",
      answer({ token: "SECRET" }, "SECRET/v1"),
      "PLUGIN_FAILED",
      /and answered another apiVersion/,
    ],
    ["without a status", `echo '{"kind":"ExecCredential","apiVersion":"${v1}"}'`, "PLUGIN_FAILED", /printed no status/],
    ["with an empty status", answer({}), "PLUGIN_FAILED", /neither token nor certificate$/],
    ["with half a pair", answer({ clientCertificateData: cert }), "PLUGIN_FAILED", /a certificate without its key$/],
    ["with the other half", answer({ clientKeyData: key }), "PLUGIN_FAILED", /a key without its certificate$/],
    [
      "with two halves of two pairs",
      answer({ clientCertificateData: cert, clientKeyData: authority.issue({ commonName: "x" }).key }),
      "CREDENTIAL_INVALID",
      /clientKeyData of the exec plugin .* does not belong to the certificate/,
    ],
    ["with a token of several lines", answer({ token: "SECRET\nSECRET" }), "CREDENTIAL_INVALID", /is no bearer token/],
    [
      "with a time that is none",
      answer({ token: "SECRET", expirationTimestamp: "soon" }),
      "PLUGIN_FAILED",
      /no RFC 3339 time$/,
    ],
    [
      "with what has expired",
      answer({ token: "SECRET", expirationTimestamp: at(-1_000) }),
      "CREDENTIAL_EXPIRED",
      /gave a credential that expired at 2029-12-31T23:59:59\.000Z: sign in again, or check this machine's clock \(2030-01-01/,
    ],
    ["by printing without end", "yes SECRET", "PLUGIN_FAILED", /printed more than 1 MiB/],
  ] as const) {
    it(`is told in words, without what it printed: ${state}`, async () => {
      const fields = {
        args: ["--client-secret", "SECRET-argument"],
        env: [{ name: "LOGIN_SECRET", value: "SECRET-variable" }],
      };
      const { credential } = await credentialOf(await plugin(script), fields);
      const error = await failureOf(credential);
      assert.match(error.code, new RegExp(`${code}$`));
      assert.match(error.message, message);
    });
  }

  const pidIn = (home: string) =>
    until("the plugin to start", () => readFile(join(home, "pid"), "utf8"), { everyMs: 10 });
  const gone = (pid: string) =>
    until(`process ${pid} to be gone`, async () => !(await isRunning(Number(pid))), { everyMs: 10 });
  /** It and its child wait for a minute; the child's pid is written. */
  const endless = `sleep 60 & echo waiting for a browser >&2; printf %s $! > "$(dirname "$0")/pid"; wait`;

  it("is killed with its children when it takes too long, and what it said is told", async () => {
    const home = await plugin(endless);
    const { credential, clock } = await credentialOf(home, {});
    const failing = failureOf(credential);
    const pid = await pidIn(home);
    // What it said before it wrote its pid is in the pipe: one turn reads it.
    await new Promise(setImmediate);
    clock.advance(60_000);
    const { message, retryable } = await failing;
    assert.match(message, /did not finish within 60 s; it said: waiting for a browser$/);
    assert.equal(retryable, true);
    await gone(pid);
  });

  it("is killed with its children when the last who wants it leaves", async () => {
    const home = await plugin(endless);
    const { credential } = await credentialOf(home, {});
    const [first, second] = [new AbortController(), new AbortController()];
    const waiting = [credential.get(first.signal), credential.get(second.signal)];
    const pid = await pidIn(home);
    first.abort(new Error("left"));
    await assert.rejects(waiting[0] ?? assert.fail(), /left/);
    assert.ok(await isRunning(Number(pid)), "the second still waits");
    second.abort(new Error("left too"));
    await assert.rejects(waiting[1] ?? assert.fail(), /left too/);
    await gone(pid);
  });

  it("has the time that it is given", async () => {
    const home = await plugin("sleep 60");
    const credential = createExecCredential(
      {
        owner: "a test",
        command: join(home, "login"),
        args: secret([]),
        env: secret({}),
        apiVersion: v1,
        installHint: undefined,
        interactiveMode: "Never",
        cluster: undefined,
      },
      { env: { PATH: process.env["PATH"] }, clock: systemClock },
      50,
    );
    assert.match((await failureOf(credential)).message, /did not finish within 0\.05 s$/);
  });
});

/** A zombie that nobody has reaped yet counts as gone. */
async function isRunning(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return status !== "" && !/^State:\s+Z/m.test(status);
}
