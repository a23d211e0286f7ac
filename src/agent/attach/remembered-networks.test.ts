import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { silentLogger as log } from "../../base/index.ts";
import { networkConfigOf } from "../network-file.ts";
import { createNetworkMemory } from "./remembered-networks.ts";

const ipam = {
  type: "host-local",
  subnet: "10.9.0.0/16",
  rangeStart: "10.9.0.10",
  rangeEnd: "10.9.1.9",
  gateway: "10.9.0.1",
  ranges: [[{ subnet: "fd00:9::/64" }]],
};
const storage = networkConfigOf({
  name: "storage",
  plugins: [{ type: "heddle-cni", bridge: "br-storage", mtu: 9000, ipam }],
});

async function file(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "heddle-networks-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return join(folder, "networks.json");
}

describe("what is remembered of a node's networks", () => {
  it("is all that their bridges and rules follow from", async (t) => {
    const path = await file(t);
    await createNetworkMemory({ path, log }).remember([storage]);
    assert.deepEqual(await createNetworkMemory({ path, log }).recall(), [storage]);
  });

  it("is nothing where the file is not there, half there or another's", async (t) => {
    const path = await file(t);
    const memory = createNetworkMemory({ path, log });
    assert.deepEqual(await memory.recall(), []);
    for (const text of ["", '[{"name":', "{}", '[{"name":"x"}]', "[7]"]) {
      await writeFile(path, text);
      assert.deepEqual(await memory.recall(), [], text);
    }
  });

  it("fails nobody where it cannot be written", async (t) => {
    await createNetworkMemory({ path: join(await file(t), "no/such/folder"), log }).remember([storage]);
  });
});
