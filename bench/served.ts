import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Command, userPath } from "./command.ts";
import { epochMs, type HeardChange, markedBy } from "./marks.ts";

const root = join(import.meta.dirname, "..");

/** What of /api/status is looked at. `syncSeconds` is missing until a cluster's first sync is done. */
export type ServedStatus = Readonly<{
  objects: number;
  clusters: readonly Readonly<{
    info: Readonly<{ id: string }>;
    syncSeconds?: number;
    kinds?: Readonly<{ total: number; live: number; restarts: number; mended: number }>;
  }>[];
}>;

/** A running `heddle serve`, from the bundle, with folders of its own. */
export type Served = AsyncDisposable &
  Readonly<{
    /** When its process was started, by performance.now(). */
    startedMs: number;
    pid: number;
    status(): Promise<ServedStatus>;
    /** A question with its JSON body, or a GET; the answer's body. */
    ask(path: string, body?: object): Promise<string>;
    /** The same, its body read to the end and counted. */
    bytes(path: string, body?: object): Promise<number>;
    /** `heddle ARGS` that asks this server. */
    command(...args: readonly string[]): Command;
    /**
     * Subscribes to /api/changes; resolves when that stands. `heard`: so many marked changes as they came, fewer when
     * the signal aborts before.
     */
    hear(count: number, signal: AbortSignal): Promise<Readonly<{ heard: Promise<readonly HeardChange[]> }>>;
  }>;

/** `args`: which clusters. `folder` holds all that it keeps: the same again is a restart. */
export type ServedOptions = Readonly<{ args: readonly string[]; folder: string; signal: AbortSignal }>;

/** Resolves as soon as it listens. */
export async function startServed({ args: clusters, folder, signal }: ServedOptions): Promise<Served> {
  const env = { HOME: folder, XDG_RUNTIME_DIR: folder, HEDDLE_BUNDLE: "1" };
  const file = join(root, "bin/heddle");
  const args = ["serve", ...clusters, "--listen", "127.0.0.1:0", "--data", join(folder, "data")];
  const startedMs = performance.now();
  const child = spawn(file, args, {
    env: { PATH: userPath, ...env },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const { address, token, pid } = await accessOf(join(folder, "heddle"), child, signal);
  const headers = { authorization: `Bearer ${token}` };
  const request = async (path: string, init: RequestInit): Promise<Response> => {
    const response = await fetch(`${address}${path}`, init);
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return response;
  };
  const post = { method: "POST", headers: { ...headers, "content-type": "application/json" } };
  const answer = (path: string, body?: object): Promise<Response> =>
    request(path, body === undefined ? { headers } : { ...post, body: JSON.stringify(body) });
  return {
    startedMs,
    pid,
    status: async () => (await (await answer("/api/status")).json()) as ServedStatus,
    ask: async (path, body) => (await answer(path, body)).text(),
    async bytes(path, body) {
      let count = 0;
      for await (const chunk of (await answer(path, body)).body ?? new ReadableStream<Uint8Array>())
        count += chunk.length;
      return count;
    },
    command: (...args) => ({ file, args: [...args, "--server", address], env }),
    async hear(count, signal) {
      const response = await request("/api/changes?kind=pods", { headers, signal });
      const heard = heardIn(response, { count, signal });
      heard.catch(() => {});
      return { heard };
    },
    async [Symbol.asyncDispose]() {
      const ended = once(child, "close");
      if (child.exitCode !== null || !child.kill("SIGTERM")) return;
      await ended;
    },
  };
}

type Access = Readonly<{ address: string; token: string; pid: number }>;

/** What the server leaves for its user's commands, as soon as it is there. */
async function accessOf(folder: string, child: ChildProcess, signal: AbortSignal): Promise<Access> {
  for (;;) {
    signal.throwIfAborted();
    if (child.exitCode !== null) throw new Error(`heddle serve ended with ${child.exitCode}`);
    const name = (await readdir(folder).catch(() => [])).find((found) => found.endsWith(".token"));
    const text = name === undefined ? "" : await readFile(join(folder, name), "utf8");
    if (text !== "") return JSON.parse(text) as Access;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Reads server-sent events as they come. */
async function heardIn(
  response: Response,
  { count, signal }: Readonly<{ count: number; signal: AbortSignal }>,
): Promise<readonly HeardChange[]> {
  const heard: HeardChange[] = [];
  const marks = new RegExp(`"${markedBy}":"([^"]+)"`, "g");
  let kept = "";
  try {
    for await (const chunk of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
      const whole = kept + chunk;
      const end = whole.lastIndexOf("\n\n") + 1;
      kept = whole.slice(end);
      const nowMs = epochMs();
      for (const [, mark = ""] of whole.slice(0, end).matchAll(marks)) heard.push([mark, nowMs]);
      if (heard.length >= count) break;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return heard;
}
