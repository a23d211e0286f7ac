import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { type ClientHttp2Session, connect } from "node:http2";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Bench, type Figure, percentile } from "../model.ts";

const podCount = 100_000;
const watchCount = 5_000;
const writesASecond = 1_000;
const writeSeconds = 10;

type Started = Readonly<{ server: string; authority: string; token: string; madeMs: number }>;
type Use = Readonly<{ rssBytes: number; cpuMs: number }>;

/** What the simulated API server itself can give, so that whatever is measured on it is not measured against its limit. */
export const benchSim: Bench = async ({ say, signal }) => {
  const child = fork(join(import.meta.dirname, "server-process.ts"), [String(podCount)], { signal });
  child.on("error", () => {});
  const [started] = (await once(child, "message", { signal })) as [Started];
  const sessions = Array.from({ length: 10 }, () => connectTo(started));
  const [session] = sessions as [ClientHttp2Session];
  const ask = createAsk(started.token);
  const figures: Figure[] = [];
  const add = (label: string, value: number, unit: string): void => {
    figures.push({ label, value, unit });
    say(`${label}: ${Math.round(value)} ${unit}`);
  };
  try {
    add("100,000 pods of 2.6 KB made", started.madeMs / 1_000, "s");
    add("resident with them", (await useOf(child)).rssBytes / 1e6, "MB");
    const wholeMs = await timed(() => ask(session, { path: "/api/v1/pods" }));
    add("listed whole", podCount / (wholeMs / 1_000), "objects/s");
    add("listed in pages of 500", podCount / ((await timed(() => pages(session, ask))) / 1_000), "objects/s");
    const before = await useOf(child);
    const told: number[] = [];
    add("5,000 watches opened", await timed(() => openWatches(sessions, started.token, told)), "ms");
    add("of each watch, resident", ((await useOf(child)).rssBytes - before.rssBytes) / 1_000 / watchCount, "KB");
    const idle = await useOf(child);
    const writes = await writeSteadily(session, ask, signal);
    await sleep(500);
    const busy = await useOf(child);
    add("a write at 1,000 a second, p99", percentile(writes, 0.99), "ms");
    add("write → its watch, p99", percentile(told, 0.99), "ms");
    if (told.length < writes.length) throw new Error(`${writes.length} writes were told as ${told.length} lines`);
    add("the server's CPU meanwhile", (100 * (busy.cpuMs - idle.cpuMs)) / (writeSeconds * 1_000), "%");
  } finally {
    for (const each of sessions) each.destroy();
    child.kill();
  }
  return { name: "sim", command: "npm run bench -- sim", figures };
};

function connectTo({ server, authority }: Started): ClientHttp2Session {
  const session = connect(server, { ca: authority, settings: { initialWindowSize: 1 << 24 } });
  session.on("error", () => {});
  session.on("connect", () => session.setLocalWindowSize(1 << 25));
  return session;
}

type Question = Readonly<{ path: string; method?: string; body?: string }>;
type Ask = (session: ClientHttp2Session, question: Question) => Promise<string>;

/** Answers with how an answer begins. */
const createAsk =
  (token: string): Ask =>
  async (session, { path, method = "GET", body }) => {
    const type = body === undefined ? {} : { "content-type": "application/merge-patch+json" };
    const headers = { ":path": path, ":method": method, authorization: `Bearer ${token}`, ...type };
    const stream = session.request(headers, { endStream: body === undefined });
    if (body !== undefined) stream.end(body);
    let head = "";
    for await (const chunk of stream as AsyncIterable<Buffer>) if (head === "") head = chunk.toString();
    return head;
  };

async function timed(work: () => Promise<unknown>): Promise<number> {
  const sinceMs = performance.now();
  await work();
  return performance.now() - sinceMs;
}

async function useOf(child: ChildProcess): Promise<Use> {
  child.send("use");
  const [use] = (await once(child, "message")) as [Use];
  return use;
}

async function pages(session: ClientHttp2Session, ask: Ask): Promise<void> {
  let next: string | undefined = "";
  while (next !== undefined) {
    const head = await ask(session, { path: `/api/v1/pods?limit=500&continue=${next}` });
    next = /"continue":"([^"]*)"/.exec(head)?.[1];
  }
}

const nameAt = (index: number): string => `web-${String(index).padStart(6, "0")}`;

/** One watch a pod. Resolves when all are open; from then on each line's delay is noted. */
async function openWatches(sessions: readonly ClientHttp2Session[], token: string, told: number[]): Promise<void> {
  const path = (index: number): string =>
    `/api/v1/namespaces/team-${index % 50}/pods?watch=1&fieldSelector=metadata.name%3D${nameAt(index)}`;
  const opened = Array.from({ length: watchCount }, async (_, index) => {
    const stream = sessions[index % sessions.length]?.request({
      ":path": path(index),
      authorization: `Bearer ${token}`,
    });
    if (stream === undefined) return;
    stream.on("error", () => {});
    stream.on("data", (chunk: Buffer) => {
      for (const [, sentMs] of chunk.toString().matchAll(/"sentMs":"([\d.]+)"/g))
        told.push(performance.now() - Number(sentMs));
    });
    await once(stream, "response");
  });
  await Promise.all(opened);
}

/** Writes to the watched pods in turn at an even pace, and how long each took. */
async function writeSteadily(session: ClientHttp2Session, ask: Ask, signal: AbortSignal): Promise<readonly number[]> {
  const times: number[] = [];
  const writes: Promise<unknown>[] = [];
  const beginMs = performance.now();
  for (let count = 0; count < writesASecond * writeSeconds; count++) {
    const waitMs = beginMs + (count * 1_000) / writesASecond - performance.now();
    if (waitMs > 1) await sleep(waitMs, undefined, { signal });
    const index = (count * 7) % watchCount;
    const path = `/api/v1/namespaces/team-${index % 50}/pods/${nameAt(index)}`;
    const body = JSON.stringify({ metadata: { annotations: { sentMs: String(performance.now()) } } });
    writes.push(timed(() => ask(session, { path, method: "PATCH", body })).then((took) => times.push(took)));
  }
  await Promise.all(writes);
  return times;
}
