/** Exec plugins that are scripts, and the credentials that a kubeconfig has by them. */
import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { inspect } from "node:util";
import { createAuthority } from "../../../../test/kube/index.ts";
import { createManualClock, isHeddleError } from "../../../base/index.ts";
import { type Credential } from "../../access.ts";
import { accessFromContext } from "../context-access.ts";
import { parseKubeconfig } from "../kubeconfig.ts";

export const v1 = "client.authentication.k8s.io/v1";
/** When the credentials' clock begins. */
export const startMs = Date.parse("2030-01-01T00:00:00Z");
export const authority = createAuthority("an-authority");

/** Executable scripts of a test file, in a folder that goes after its tests. */
export function useScripts() {
  let folder = "";
  let count = 0;
  before(async () => void (folder = await mkdtemp(join(tmpdir(), "heddle-exec-"))));
  after(() => rm(folder, { recursive: true }));
  return {
    folder: (): string => folder,
    /** One in a folder of its own; answers that folder. */
    async plugin(script: string, name = "login"): Promise<string> {
      const home = join(folder, String(count++));
      await mkdir(home);
      await writeFile(join(home, name), `#!/bin/sh\n${script}\n`);
      await chmod(join(home, name), 0o755);
      return home;
    },
  };
}

export type Fields = Readonly<Record<string, unknown>>;

/** The credential of a user whose exec section has `fields`, from a kubeconfig in `home`. */
export async function credentialOf(
  home: string,
  fields: Fields,
  env: NodeJS.ProcessEnv = { PATH: process.env["PATH"] },
) {
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

/** A script that prints this status as a plugin does. */
export const answer = (status: Fields, apiVersion = v1): string =>
  `cat <<'END'\n${JSON.stringify({ kind: "ExecCredential", apiVersion, status })}\nEND`;

/** RFC 3339. */
export const at = (afterStartMs: number): string => new Date(startMs + afterStartMs).toISOString();
/** How often a script that is `counted` ran. */
export const runs = async (home: string): Promise<number> => (await readFile(join(home, "runs"), "utf8")).length;
export const counted = 'printf x >> "$(dirname "$0")/runs"';
export const token = async (credential: Credential): Promise<string | undefined> => (await credential.get()).token;

/** Why there is no credential; nothing of it holds what is secret. */
export async function failureOf(credential: Credential): Promise<Error & { code: string; retryable: boolean }> {
  const error = await credential.get().then(
    () => assert.fail("the plugin was believed"),
    (error: unknown) => error,
  );
  assert.ok(isHeddleError(error));
  assert.doesNotMatch(inspect(error, { depth: Infinity, showHidden: true }), /SECRET/);
  return error;
}
