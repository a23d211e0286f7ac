import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { inspect } from "node:util";
import { createManualClock, isHeddleError, systemClock } from "../../base/index.ts";
import { createAuthority, until } from "../../../test/kube/index.ts";
import { type Credential } from "../access.ts";
import { accessFromContext } from "./context-access.ts";
import { parseKubeconfig } from "./kubeconfig.ts";
import { createExecCredential } from "./exec-plugin.ts";
import { secret } from "./secret.ts";

const v1 = "client.authentication.k8s.io/v1";
const startMs = Date.parse("2030-01-01T00:00:00Z");
const authority = createAuthority("an-authority");

let folder = "";
before(async () => void (folder = await mkdtemp(join(tmpdir(), "heddle-exec-"))));
after(() => rm(folder, { recursive: true }));

let count = 0;
/** A folder with an executable script in it; answers the folder. */
async function plugin(script: string, name = "login"): Promise<string> {
  const home = join(folder, String(count++));
  await mkdir(home);
  await writeFile(join(home, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(home, name), 0o755);
  return home;
}

type Fields = Readonly<Record<string, unknown>>;

/** The credential of a user whose exec section has `fields`, from a kubeconfig in `home`. */
async function credentialOf(home: string, fields: Fields, env: NodeJS.ProcessEnv = { PATH: process.env["PATH"] }) {
  const exec = { command: "./login", apiVersion: v1, interactiveMode: "IfAvailable", ...fields };
  const extension = { audience: "SECRET-audience", nested: [1, true, null] };
  const text = JSON.stringify({
    clusters: [
      {
        name: "c",
        cluster: {
          server: "https://10.0.0.1:6443",
          "certificate-authority-data": Buffer.from(authority.cert).toString("base64"),
          "tls-server-name": "api.example",
          "proxy-url": "http://me:SECRET-proxy@proxy:3128",
          "disable-compression": true,
          extensions: [{ name: "client.authentication.k8s.io/exec", extension }],
        },
      },
    ],
    users: [{ name: "dev", user: { exec } }],
    contexts: [{ name: "x", context: { cluster: "c", user: "dev" } }],
  });
  const clock = createManualClock(startMs);
  const { credential } = await accessFromContext(parseKubeconfig(text, join(home, "config")), "x", { env, clock });
  return { credential, clock };
}

const answer = (status: Fields, apiVersion = v1): string =>
  `cat <<'END'\n${JSON.stringify({ kind: "ExecCredential", apiVersion, status })}\nEND`;

const at = (afterStartMs: number): string => new Date(startMs + afterStartMs).toISOString();
const runs = async (home: string): Promise<number> => (await readFile(join(home, "runs"), "utf8")).length;
const counted = 'printf x >> "$(dirname "$0")/runs"';
const token = async (credential: Credential): Promise<string | undefined> => (await credential.get()).token;

async function failureOf(credential: Credential): Promise<Error & { code: string; retryable: boolean }> {
  const error = await credential.get().then(
    () => assert.fail("the plugin was believed"),
    (error: unknown) => error,
  );
  assert.ok(isHeddleError(error));
  assert.doesNotMatch(inspect(error, { depth: Infinity, showHidden: true }), /SECRET/);
  return error;
}

describe("an exec plugin", () => {
  for (const version of [v1, `${v1}beta1`]) {
    it(`gives a token in ${version}`, async () => {
      const home = await plugin(answer({ token: "SECRET-token" }, version));
      const { credential } = await credentialOf(home, { apiVersion: version });
      assert.equal(await token(credential), "SECRET-token");
      assert.equal(credential.description, `exec plugin ${join(home, "login")}`);
      assert.doesNotMatch(inspect([credential, await credential.get()], { showHidden: true, depth: 9 }), /SECRET/);
    });
  }

  it("gives a certificate and its key, with or without a token", async () => {
    const { cert, key } = authority.issue({ commonName: "dev", notAfter: new Date(startMs + 3_600_000) });
    const status = { clientCertificateData: cert, clientKeyData: key };
    const { credential } = await credentialOf(await plugin(answer(status)), {});
    assert.deepEqual({ ...(await credential.get()).certificate }, { cert, key });
    const { credential: both } = await credentialOf(await plugin(answer({ ...status, token: "t" })), {});
    assert.deepEqual(Object.keys(await both.get()), ["token", "certificate"]);
  });

  it("is found on the caller's PATH, and gets its arguments and environment", async () => {
    const home = await plugin(
      `printf '%s|' "$@" "$GIVEN" "$INHERITED" "$HIDDEN" > "${folder}/seen"; ${answer({ token: "t" })}`,
    );
    const env = { PATH: `${home}:${process.env["PATH"]}`, INHERITED: "inherited", GIVEN: "overridden" };
    const fields = { command: "login", args: ["one", "two words", "$HOME"], env: [{ name: "GIVEN", value: "given" }] };
    process.env["HIDDEN"] = "of this process, not of the caller's env";
    const { credential } = await credentialOf(home, fields, env);
    await token(credential);
    delete process.env["HIDDEN"];
    assert.equal(await readFile(join(folder, "seen"), "utf8"), "one|two words|$HOME|given|inherited||");
  });

  it("is told its version and that there is no terminal, and of the cluster only where that is asked for", async () => {
    const told = async (fields: Fields): Promise<unknown> => {
      const home = await plugin(`printf '%s' "$KUBERNETES_EXEC_INFO" > "${folder}/info"; ${answer({ token: "t" })}`);
      await token((await credentialOf(home, fields)).credential);
      return JSON.parse(await readFile(join(folder, "info"), "utf8"));
    };
    assert.deepEqual(await told({}), { kind: "ExecCredential", apiVersion: v1, spec: { interactive: false } });
    assert.deepEqual(await told({ provideClusterInfo: true }), {
      kind: "ExecCredential",
      apiVersion: v1,
      spec: {
        interactive: false,
        cluster: {
          server: "https://10.0.0.1:6443",
          "tls-server-name": "api.example",
          "certificate-authority-data": Buffer.from(authority.cert).toString("base64"),
          "proxy-url": "http://me:SECRET-proxy@proxy:3128",
          "disable-compression": true,
          config: { audience: "SECRET-audience", nested: [1, true, null] },
        },
      },
    });
  });

  it("has no terminal and an empty standard input", async () => {
    const script = `test -t 0 && exit 3; (: < /dev/tty) 2>/dev/null && exit 4; test -z "$(cat)" || exit 5; ${answer({ token: "t" })}`;
    for (const interactiveMode of ["Never", "IfAvailable"])
      assert.equal(await token((await credentialOf(await plugin(script), { interactiveMode })).credential), "t");
  });

  it("is not run at all when it insists on a terminal", async () => {
    const { credential } = await credentialOf(await plugin(answer({ token: "t" })), { interactiveMode: "Always" });
    const { code, message } = await failureOf(credential);
    assert.equal(code, "HEDDLE_CREDENTIAL_PLUGIN_FAILED");
    assert.match(message, /wants a terminal \(interactiveMode: Always\).*set interactiveMode to IfAvailable/);
  });
});

describe("an exec plugin's credential", () => {
  it("is kept, and renewed half a minute before it expires", async () => {
    const home = await plugin(`${counted}; ${answer({ token: "t", expirationTimestamp: at(600_000) })}`);
    const { credential, clock } = await credentialOf(home, {});
    await token(credential);
    clock.advance(569_999);
    await token(credential);
    assert.equal(await runs(home), 1);
    await writeFile(
      join(home, "login"),
      `#!/bin/sh\n${counted}; ${answer({ token: "u", expirationTimestamp: at(1_200_000) })}\n`,
    );
    clock.advance(1);
    assert.equal(await token(credential), "u");
    assert.equal(await runs(home), 2);
  });

  it("that lives for seconds only is not renewed on every call", async () => {
    const home = await plugin(`${counted}; ${answer({ token: "t", expirationTimestamp: at(10_000) })}`);
    const { credential, clock } = await credentialOf(home, {});
    await token(credential);
    clock.advance(7_000);
    await token(credential);
    assert.equal(await runs(home), 1);
  });

  it("without an end is kept until the server refuses it", async () => {
    const home = await plugin(`${counted}; ${answer({ token: "t" })}`);
    const { credential, clock } = await credentialOf(home, {});
    const refused = await credential.get();
    clock.advance(1e9);
    await token(credential);
    assert.equal(await runs(home), 1);
    credential.invalidate(refused);
    await token(credential);
    assert.equal(await runs(home), 2);
  });

  it("ends with its certificate", async () => {
    const pair = authority.issue({ commonName: "dev", notAfter: new Date(startMs + 600_000) });
    const home = await plugin(`${counted}; ${answer({ clientCertificateData: pair.cert, clientKeyData: pair.key })}`);
    const { credential, clock } = await credentialOf(home, {});
    await credential.get();
    clock.advance(600_001);
    assert.match((await failureOf(credential)).message, /clientCertificateData of the exec plugin .* expired at/);
    assert.equal(await runs(home), 2);
  });

  it("is used on while the plugin fails, until it expires", async () => {
    const home = await plugin(`${counted}; ${answer({ token: "t", expirationTimestamp: at(600_000) })}`);
    const { credential, clock } = await credentialOf(home, {});
    await token(credential);
    await writeFile(join(home, "login"), `#!/bin/sh\n${counted}; exit 1\n`);
    clock.advance(590_000);
    assert.equal(await token(credential), "t");
    assert.equal(await token(credential), "t");
    assert.equal(await runs(home), 2, "a failed plugin is left alone for a while");
    clock.advance(10_000);
    assert.equal((await failureOf(credential)).code, "HEDDLE_CREDENTIAL_PLUGIN_FAILED");
  });

  it("is fetched once for many who ask at the same time", async () => {
    const home = await plugin(`${counted}; ${answer({ token: "t" })}`);
    const { credential } = await credentialOf(home, {});
    const tokens = await Promise.all(Array.from({ length: 20 }, () => token(credential)));
    assert.deepEqual([new Set(tokens), await runs(home)], [new Set(["t"]), 1]);
  });
});

describe("an exec plugin that is not there", () => {
  it("is told with its install hint, whose control characters are taken out", async () => {
    const { credential } = await credentialOf(folder, {
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
    const { credential } = await credentialOf(folder, { command: "./none" });
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
