import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext } from "node:test";
import { HeddleError, silentLogger, systemClock } from "../../base/index.ts";
import { createStore } from "../../inventory/index.ts";
import {
  type ClusterId,
  type ClusterInfo,
  parseServerAccess,
  parseServerAddress,
  type Reader,
  tokenFileName,
  unknownHealth,
} from "../../model/index.ts";
import { createCounts } from "../metrics/counts.ts";
import { type ServerDeps, type ServerOptions } from "../model.ts";
import { createServer } from "../server.ts";

/** A server that listens, and what a client needs to ask it. */
const origin = { kubeconfigPaths: ["/home/me/.kube/config"], contexts: [] };

export type OpenedServer = AsyncDisposable &
  Readonly<{
    address: string;
    url: string;
    token: string;
    tokenPath: string;
    /** With the token; `init` as fetch takes it. */
    get(path: string, init?: RequestInit): Promise<Response>;
    post(path: string, body: unknown, init?: RequestInit): Promise<Response>;
  }>;

export const infoOf = (id: string): ClusterInfo => ({ id: id as ClusterId, name: id, server: "https://api.example" });

/** Ports of a server that knows one cluster, "east", of which nothing is known yet. */
export function quietDeps(): ServerDeps {
  const info = infoOf("east");
  return {
    fleet: {
      clusters: () => [info],
      summaries: () => [{ info, health: unknownHealth }],
      connect: async (id) => {
        throw new HeddleError(`${id} is not there`, { code: "HEDDLE_CLUSTER_UNREACHABLE" });
      },
    },
    reader: quietReader([info]),
    listText: none,
    store: createStore({ clock: systemClock }),
    live: { progress: () => [], recording: () => ({ waiting: 0 }) },
    cached: true,
    // oxlint-disable-next-line require-yield
    changes: { async *follow() {} },
    bus: { stats: () => ({ subscribers: 0, missed: 0, held: 0, heldBytes: 0, last: 0 }) },
    catalog: {
      stats: () => ({ objects: 0, events: 0, bytes: 0, waiting: 0, renewed: 0, notes: [] }),
      log: { bounds: () => ({ first: 1, last: 0 }), read: async () => [], readBack: async () => [] },
    },
    counts: createCounts(),
    about: () => ({ source: "a test", defaultNamespace: "default", notes: ["a note"], warnings: [], origin }),
    addCluster: async () => ({ ...infoOf("added"), notes: [] }),
    removeCluster: async () => ({ notes: [] }),
    clock: systemClock,
    log: silentLogger,
  };
}

const none = async function* () {};

export const quietReader = (infos: readonly ClusterInfo[], questions: Partial<Reader> = {}): Reader => ({
  clusters: () => infos,
  summaries: none,
  resources: none,
  list: none,
  watch: none,
  ...questions,
});

/** Listens on a free port, with a runtime folder of its own; closed after the test at the latest. */
export async function openServer(
  t: Pick<TestContext, "after">,
  deps: Partial<ServerDeps> = {},
  options: Partial<ServerOptions> = {},
): Promise<OpenedServer> {
  const runtimeFolder = await mkdtemp(join(tmpdir(), "heddle-server-"));
  const server = createServer(
    { ...quietDeps(), ...deps },
    { listen: "127.0.0.1:0", runtimeFolder, enableMutations: false, version: "0.0.0-test", ...options },
  );
  const { address, url } = await server.listen();
  const tokenPath = join(runtimeFolder, tokenFileName(parseServerAddress(address, "test")));
  const access = parseServerAccess(await readFile(tokenPath, "utf8"));
  if (access === undefined) throw new Error(`${tokenPath} holds no token`);
  const authorization = `Bearer ${access.token}`;
  const close = () => server[Symbol.asyncDispose]();
  t.after(async () => {
    await close();
    await rm(runtimeFolder, { recursive: true });
  });
  return {
    address,
    url,
    token: access.token,
    tokenPath,
    get: (path, init = {}) => fetch(address + path, { ...init, headers: { authorization, ...init.headers } }),
    post: (path, body, init = {}) =>
      fetch(address + path, {
        method: "POST",
        body: typeof body === "string" ? body : JSON.stringify(body),
        ...init,
        headers: { authorization, "content-type": "application/json", ...init.headers },
      }),
    [Symbol.asyncDispose]: close,
  };
}

/** `error.code` of an answer, with its status: "401 HEDDLE_…". */
export async function refusalOf(answer: Response): Promise<string> {
  const { error } = (await answer.json()) as { error?: { code: string } };
  return `${answer.status} ${error?.code}`;
}

/** The lines of an NDJSON answer, parsed. */
export const linesOf = (text: string): readonly unknown[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as unknown);
