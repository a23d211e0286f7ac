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

export type ServerEvent = Readonly<{ event: string; data: string }>;

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
    /** Server-sent events of a path; resolves when the server has begun to answer. */
    follow(path: string, signal: AbortSignal): Promise<AsyncIterable<ServerEvent>>;
    /**
     * Subscribes to /api/changes; resolves when that stands. `heard`: so many marked changes as they came, fewer when
     * the signal aborts before.
     */
    hear(count: number, signal: AbortSignal): Promise<Readonly<{ heard: Promise<readonly HeardChange[]> }>>;
  }>;

/**
 * `args`: which clusters. `folder` holds all that it keeps: the same again is a restart. `fromSource`: not the bundle of
 * dist/, but what is in src/.
 */
export type ServedOptions = Readonly<{
  args: readonly string[];
  folder: string;
  signal: AbortSignal;
  fromSource?: boolean;
}>;

/** Resolves as soon as it listens. */
export async function startServed({ args: clusters, folder, signal, fromSource }: ServedOptions): Promise<Served> {
  const env = { HOME: folder, XDG_RUNTIME_DIR: folder, HEDDLE_BUNDLE: fromSource === true ? "" : "1" };
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
  const follow: Served["follow"] = async (path, signal) => eventsIn(await request(path, { headers, signal }));
  return {
    startedMs,
    pid,
    follow,
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
      const heard = heardIn(await follow("/api/changes?kind=pods", signal), { count, signal });
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

/** Server-sent events (WHATWG HTML, 9.2) as they come: of each its name and its line of data. */
async function* eventsIn(response: Response): AsyncGenerator<ServerEvent> {
  let kept = "";
  for await (const chunk of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    const frames = (kept + chunk).split("\n\n");
    kept = frames.pop() ?? "";
    for (const frame of frames) {
      const event = /^event: (.*)$/m.exec(frame)?.[1];
      if (event !== undefined) yield { event, data: /^data: (.*)$/m.exec(frame)?.[1] ?? "" };
    }
  }
}

async function heardIn(
  events: AsyncIterable<ServerEvent>,
  { count, signal }: Readonly<{ count: number; signal: AbortSignal }>,
): Promise<readonly HeardChange[]> {
  const heard: HeardChange[] = [];
  const marks = new RegExp(`"${markedBy}":"([^"]+)"`);
  try {
    for await (const { data } of events) {
      const [, mark] = marks.exec(data) ?? [];
      if (mark !== undefined) heard.push([mark, epochMs()]);
      if (heard.length >= count) break;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return heard;
}
