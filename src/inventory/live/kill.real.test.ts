import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, it } from "node:test";
import { between, createSeededRandom, silentLogger, systemClock } from "../../base/index.ts";
import { createTexts, openCatalog } from "../../catalog/index.ts";
import { type ApiClient } from "../../cluster/index.ts";
import { configMapsOf, createAll } from "../../cluster/follow/testing/real-follow.ts";
import { sized } from "../../../test/size.ts";
import { type LiveSetting, runLiveParts } from "./testing/live-parts.ts";
import { type LiveQuestion } from "./testing/real-live.ts";
import { type Witness } from "./testing/witness.ts";

describe("a process that feeds from a real API server, killed by -9 at random moments", () => {
  it("loses no change, tells each once but for repeated ids, and never stops in between", async (t) => {
    await runLiveParts(t, { "under many changes a second": underChanges });
  });
});

const rounds = sized({ small: 3, full: 50 });
const changesASecond = sized({ small: 100, full: 500 });

async function underChanges(setting: LiveSetting): Promise<void> {
  const { kube, api, namespace, synced, begin, isEqual } = setting;
  const folder = await mkdtemp(join(tmpdir(), "heddle-live-"));
  const random = createSeededRandom(7);
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  await createAll(api, path, configMapsOf(100));
  try {
    const texts = createTexts({ log: silentLogger }, { folder: join(folder, "texts") });
    const witness = await inCatalog(folder, async (catalog) => {
      await using session = await synced({ catalog, texts });
      return session.witness;
    });
    const stop = new AbortController();
    const changing = changeAllTheTime(api, { path, signal: stop.signal });
    for (let round = 0; round < rounds; round++) {
      const { server, ca, adminToken: token } = kube;
      await runAndKill({ server, ca, token, folder, after: witness.last() }, witness, between(random, 0, 1_500));
    }
    stop.abort();
    const changes = await changing;
    await inCatalog(folder, async (catalog) => {
      await using session = begin({ catalog, texts, witness });
      await isEqual(session);
    });
    const told = witness.events().length;
    setting.say(`${rounds} kills, ${changes} changes, ${told} events, ${witness.repeated()} told again`);
    assert.ok(told > rounds);
    assert.equal(witness.words().filter((word) => word === "synced").length, 1);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function inCatalog<T>(
  folder: string,
  use: (catalog: Awaited<ReturnType<typeof openCatalog>>) => Promise<T>,
): Promise<T> {
  await using catalog = await openCatalog({ clock: systemClock, log: silentLogger }, { folder });
  return await use(catalog);
}

/** Runs the process until so long after its first event, kills it, and lets the witness hear every whole line. */
async function runAndKill(question: LiveQuestion, witness: Witness, afterMs: number): Promise<void> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "testing/live-process.ts")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.end(JSON.stringify(question));
  const exit = once(child, "exit");
  const lines = createInterface({ input: child.stdout });
  const heard: string[] = [];
  lines.on("line", (line) => heard.push(line));
  await Promise.race([once(lines, "line"), exit]);
  await systemClock.sleep(afterMs);
  child.kill("SIGKILL");
  assert.deepEqual(await exit, [null, "SIGKILL"], "it ran until it was killed");
  if (!child.stdout.readableEnded) await once(lines, "close");
  for (const line of heard) {
    const record = parsed(line);
    if (record !== undefined) witness.take([record]);
  }
}

/** The last line of a process that was killed may be cut off. */
function parsed(line: string): Parameters<Witness["take"]>[0][number] | undefined {
  try {
    return JSON.parse(line) as Parameters<Witness["take"]>[0][number];
  } catch {
    return undefined;
  }
}

/** Makes, changes and deletes, until the signal aborts; answers how often. */
async function changeAllTheTime(
  api: ApiClient,
  { path, signal }: Readonly<{ path: string; signal: AbortSignal }>,
): Promise<number> {
  const workers = 10;
  let changes = 0;
  const work = async (worker: number): Promise<void> => {
    for (let index = 0; !signal.aborted; index++) {
      const name = `busy-${worker}-${index % 7}`;
      const startedMs = performance.now();
      const step = index % 3;
      if (step === 0) await api.json({ method: "POST", path, body: { metadata: { name } } }).catch(() => {});
      else if (step === 1) {
        const body = { data: { text: String(index) } };
        const patch = { method: "PATCH", contentType: "application/merge-patch+json", body } as const;
        await api.json({ ...patch, path: `${path}/cm-${String(index % 100).padStart(5, "0")}` });
      } else await api.json({ method: "DELETE", path: `${path}/busy-${worker}-${(index + 3) % 7}` }).catch(() => {});
      changes += 1;
      const leftMs = (1_000 * workers) / changesASecond - (performance.now() - startedMs);
      if (leftMs > 0) await systemClock.sleep(leftMs, signal).catch(() => {});
    }
  };
  await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
  return changes;
}
