import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSeededRandom, silentLogger, systemClock } from "../../base/index.ts";
import { createFleetSource, explainFleetNews } from "../fleet-source.ts";
import { createFleet } from "../fleet.ts";
import { type FleetChoice, resolveFleet } from "../plan/resolve-fleet.ts";

/** An entry of a configuration file; `more` are further lines of it. */
export const entry = (id: string, more = ""): string =>
  `  - id: ${id}\n    auth_method: token\n    api_server_url: https://${id}.example\n    service_account_token: secret-of-${id}\n${more}`;
/** A configuration file of these entries. */
export const config = (...entries: readonly string[]): string => `# ours\nclusters:\n${entries.join("")}`;

export type ContextLine = Readonly<{ name: string; server?: string; token?: string }>;
/** A kubeconfig of these contexts. */
export const kubeconfig = (...contexts: readonly ContextLine[]): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: contexts.map(({ name, server = `https://${name}.example` }) => ({ name, cluster: { server } })),
    users: contexts.map(({ name, token = `secret-of-${name}` }) => ({ name, user: { token } })),
    contexts: contexts.map(({ name }) => ({ name, context: { cluster: name, user: name } })),
  });

/** A fleet and its source; `news` waits for the next time that something is told, at most a minute. */
export async function openSource(choice: FleetChoice, env: Readonly<Record<string, string>> = {}) {
  const deps = { clock: systemClock, random: createSeededRandom(1), log: silentLogger, env, home: "/nowhere" };
  const plan = await resolveFleet(choice, deps);
  const fleet = createFleet(deps, plan);
  const source = createFleetSource(deps, { fleet, plan, choice });
  const controller = new AbortController();
  const signal = AbortSignal.any([controller.signal, AbortSignal.timeout(60_000)]);
  const told = source.watch(signal, { quietMs: 20, pollMs: 3_600_000 })[Symbol.asyncIterator]();
  return {
    fleet,
    source,
    ids: () => fleet.clusters().map(({ id }) => id as string),
    /** Starts listening at once; the lines are as people see them. */
    async news(): Promise<readonly string[]> {
      const { value, done } = await told.next();
      return done === true ? assert.fail("nothing was told") : explainFleetNews(value);
    },
    async [Symbol.asyncDispose]() {
      controller.abort();
      await fleet[Symbol.asyncDispose]();
    },
  };
}

/** Folders of a test file's own. */
export function createFolders() {
  let folder: Promise<string> | undefined;
  let count = 0;
  return {
    async make(): Promise<string> {
      const path = join(await (folder ??= mkdtemp(join(tmpdir(), "heddle-source-"))), `${count++}`);
      await mkdir(path);
      return path;
    },
    async remove(): Promise<void> {
      if (folder !== undefined) await rm(await folder, { recursive: true });
    },
  };
}
