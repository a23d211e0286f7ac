import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { createSeededRandom } from "../../../src/base/index.ts";
import { sized } from "../../../test/size.ts";
import { poll } from "../../poll.ts";
import { startServed } from "../../served.ts";
import { startWorld } from "../world/world.ts";
import { soak } from "./soak.ts";

const size = sized({
  small: { clusters: 3, pods: 100, seconds: 8, perSecond: 100, everyMs: 500, awayMs: [100, 1_500] as const },
  full: { clusters: 5, pods: 2_000, seconds: 600, perSecond: 500, everyMs: 5_000, awayMs: [2_000, 40_000] as const },
});
/** HEDDLE_SOAK_SEED repeats the choices of a run; its timing is the machine's. */
const seed = Number(process.env["HEDDLE_SOAK_SEED"] ?? Date.now() % 2 ** 31);

describe("heddle serve on clusters that change all the time, are cut off, forget their past and go away", () => {
  it("misses nothing, tells a subscriber everything, and does not grow", async (t) => {
    t.diagnostic(`HEDDLE_SOAK_SEED=${seed}`);
    const { signal } = t;
    const { clusters, pods, seconds, perSecond, everyMs, awayMs } = size;
    await using world = await startWorld({ clusters, pods, breakable: true }, signal);
    const folder = await mkdtemp(join(tmpdir(), "heddle-soak-"));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const args = ["--kubeconfig", world.kubeconfigPath];
    await using server = await startServed({ args, folder, signal, fromSource: true });
    await poll({ signal, everyMs: 50 }, async () => {
      const status = await server.status();
      return status.clusters.every(({ syncSeconds }) => syncSeconds !== undefined) || undefined;
    });
    const soaked = await soak(world, server, {
      seconds,
      perSecond,
      faults: { everyMs, awayMs },
      random: createSeededRandom(seed),
      signal,
      say: (line) => t.diagnostic(line),
    });
    t.diagnostic(JSON.stringify(soaked));
    const { cut, forgotten, away } = soaked.faults;
    assert.ok(cut + forgotten + away > 3, "things were broken");
    assert.deepEqual([soaked.differences, soaked.missed], [[], 0]);
    // A subscriber that is told what was missed hears at least the last state of everything.
    assert.ok(soaked.events > 0 && soaked.events <= soaked.changes * 1.1, `${soaked.events} events`);
    const { slope, error } = soaked.memory.floor;
    // More than 1 MB a minute, and that beyond the measurement's own error.
    if (sized({ small: false, full: true })) assert.ok(slope - 2 * error <= 1, `${slope} ± ${error} MB a minute`);
  });
});
