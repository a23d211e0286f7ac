import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readdirSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { makeNamespace, type TestNamespace, whyNoNamespaces } from "../../src/agent/testing/namespace.ts";
import { type JsonObject } from "../../src/model/index.ts";
import { until } from "../kube/index.ts";
import { type AgentNode, type Answer, type Living, makeAgentNode, patience } from "./node.ts";
import { addressesIn, isInOrder } from "./order.ts";

const skip = whyNoNamespaces("busybox", "nft", "unshare") ?? false;

type Asked = Readonly<{ hostPort?: number; address?: string; namespace?: TestNamespace }>;

/** Asks for a pod in a namespace of its own. */
async function ask(t: TestContext, node: AgentNode, asking: Asked & Readonly<{ id: string }>) {
  const { id, hostPort, address, namespace = makeNamespace(t, id) } = asking;
  const rest: JsonObject = {
    ...(address !== undefined && { args: { cni: { ips: [address] } } }),
    ...(hostPort !== undefined && {
      runtimeConfig: { portMappings: [{ hostPort, containerPort: 80, protocol: "tcp" }] },
    }),
  };
  const answer = await node.call("ADD", { id, netns: namespace.path }, rest);
  return { answer, pod: { id, namespace, addresses: addressesIn(answer.json.ips), hostPort } };
}

async function add(t: TestContext, node: AgentNode, asking: Asked & Readonly<{ id: string }>): Promise<Living> {
  const { answer, pod } = await ask(t, node, asking);
  assert.equal(answer.status, 0, JSON.stringify(answer.json));
  return pod;
}

const del = (node: AgentNode, { id, namespace }: Living): Promise<Answer> =>
  node.call("DEL", { id, netns: namespace.path });

/** With pods a, b and c, of which one has a host port. */
async function withPods(t: TestContext, node: AgentNode): Promise<readonly [Living, Living, Living]> {
  node.start();
  await node.answers();
  const pods = [await add(t, node, { id: "a", hostPort: 8080 }), await add(t, node, { id: "b" })] as const;
  return [...pods, await add(t, node, { id: "c" })];
}

/** As one that is killed and started by whoever keeps it. */
const killAndStart = (node: AgentNode, meanwhile?: () => void): Promise<void> =>
  endAndStart(node, { signal: "SIGKILL", meanwhile });

async function endAndStart(
  node: AgentNode,
  { signal, meanwhile }: Readonly<{ signal: NodeJS.Signals; meanwhile?: (() => void) | undefined }>,
): Promise<void> {
  await node.end(signal);
  meanwhile?.();
  node.start();
  await node.answers();
}

const databaseOf = ({ dataFolder }: AgentNode): string => join(dataFolder, "agent.db");

const removeDatabase = (node: AgentNode): void => {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(databaseOf(node) + suffix, { force: true });
};

/** Nonsense in every page but the first, which says that it is a database. */
function damageDatabase(node: AgentNode): void {
  const file = openSync(databaseOf(node), "r+");
  writeSync(file, Buffer.alloc(64 << 10, "nonsense"), 0, 64 << 10, 4_096);
  closeSync(file);
}

/** All that were given since go: nothing is left then. */
async function endsWell(node: AgentNode, living: readonly Living[]): Promise<void> {
  await isInOrder(node, living);
  for (const pod of living) assert.equal((await del(node, pod)).status, 0);
  await isInOrder(node, []);
}

describe("an agent whose database is deleted", { skip }, () => {
  it("while it runs writes it anew by the next pod: nothing of it is missing after a kill", async (t) => {
    const node = await makeAgentNode(t);
    const pods = await withPods(t, node);
    removeDatabase(node);
    const living = [...pods, await add(t, node, { id: "d" })];
    const rows = await node.rows();
    await killAndStart(node);
    assert.deepEqual(await node.rows(), rows);
    assert.deepEqual(
      (await node.status()).recovery.done.filter((words) => words.startsWith("adopt")),
      [],
    );
    await endsWell(node, living);
  });

  it("while it is away takes what the kernel holds for given", async (t) => {
    const node = await makeAgentNode(t);
    const living: Living[] = [...(await withPods(t, node))];
    await killAndStart(node, () => removeDatabase(node));
    await isInOrder(node, living);
    for (const id of ["d", "e", "f"]) living.push(await add(t, node, { id }));
    await endsWell(node, living);
  });

  it("with its whole folder, while it runs and a pod is deleted, goes on", async (t) => {
    const node = await makeAgentNode(t);
    const [a, b, c] = await withPods(t, node);
    rmSync(node.dataFolder, { recursive: true });
    assert.equal((await del(node, b)).status, 0);
    await killAndStart(node);
    await isInOrder(node, [a, c]);
    await endsWell(node, [a, c, await add(t, node, { id: "d" })]);
  });
});

describe("an agent whose database is damaged", { skip }, () => {
  it("keeps it for who wants to know, and takes what the kernel holds for given", async (t) => {
    const node = await makeAgentNode(t);
    const living: Living[] = [...(await withPods(t, node))];
    // An end in peace leaves everything in the one file.
    await endAndStart(node, { signal: "SIGTERM", meanwhile: () => damageDatabase(node) });
    const { database, problems } = await node.status();
    assert.ok(existsSync(database.setAside ?? ""), JSON.stringify(database));
    assert.deepEqual(problems, []);
    await isInOrder(node, living);
    for (const id of ["d", "e"]) living.push(await add(t, node, { id }));
    await endsWell(node, living);
  });

  it("while it runs goes on, and loses nothing by a kill", async (t) => {
    const node = await makeAgentNode(t);
    const [a, b, c] = await withPods(t, node);
    await endAndStart(node, { signal: "SIGTERM" });
    damageDatabase(node);
    const living = [a, c, await add(t, node, { id: "d" })];
    assert.equal((await del(node, b)).status, 0);
    await killAndStart(node);
    await endsWell(node, [...living, await add(t, node, { id: "e" })]);
  });
});

describe("an agent whose disk is full", { skip }, () => {
  it("refuses pods for now, deletes all the same, holds nothing for what it refused, and goes on when there is room", async (t) => {
    const dataFolder = await mkdtemp(join(tmpdir(), "heddle-full-"));
    t.after(async () => {
      spawnSync("umount", ["-l", dataFolder]);
      await rm(dataFolder, { recursive: true, force: true });
    });
    if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "heddle-agent-full", dataFolder]).status !== 0)
      return t.skip("a small tmpfs could not be mounted: run as root, with CAP_SYS_ADMIN");
    const node = await makeAgentNode(t, { dataFolder });
    const [a, b, c] = await withPods(t, node);
    const living = new Set([a, b, c]);
    const ballast = join(dataFolder, "ballast");

    fill(ballast);
    // The journal may have room left in what it has already.
    const refused = await until(
      "an ADD to be refused",
      async () => {
        const { answer, pod } = await ask(t, node, { id: `full-${living.size}`, hostPort: 9_000 + living.size });
        if (answer.status !== 0) return { answer, pod };
        living.add(pod);
        fill(ballast);
        return undefined;
      },
      patience,
    );
    const { code, msg } = refused.answer.json;
    assert.equal(code, 11);
    assert.match(msg ?? "", /^the agent's database cannot be written: .*full: look at the space left there$/);
    assert.equal(refused.pod.namespace.succeeds("ip", "link", "show", "dev", "eth0"), false);
    await isInOrder(node, [...living]);
    assert.equal((await del(node, a)).status, 0);
    living.delete(a);
    await isInOrder(node, [...living]);
    const { database, problems } = await node.status();
    assert.equal(database.unwritten, 1);
    assert.match(problems.join(), /the disk does not take 1 releases: look at the space left/);

    // What could not be written comes back without an interface, and goes with the pod's namespace.
    await killAndStart(node, a.namespace.delete);
    await isInOrder(node, [...living]);
    await node.end("SIGTERM");
    fill(ballast);
    const waiting = await del(node, b);
    assert.equal(waiting.json.code, 11);
    assert.match(`${waiting.json.msg}: ${waiting.json.details}`, /the DEL cannot be queued.*No space left on device/);
    assert.deepEqual(readdirSync(join(dataFolder, "queue")), [".lock"]);

    rmSync(ballast);
    assert.equal((await del(node, b)).status, 0);
    living.delete(b);
    node.start();
    await node.answers();
    await isInOrder(node, [...living]);
    living.add(await add(t, node, { id: "last" }));
    await killAndStart(node);
    await endsWell(node, [...living]);
  });
});

/** Writes until nothing more fits. */
function fill(path: string): void {
  for (let size = 1 << 20; size >= 512; size >>= 1) {
    for (;;) {
      try {
        writeFileSync(path, Buffer.alloc(size), { flag: "a" });
      } catch {
        break;
      }
    }
  }
}

describe("an agent whose node was started anew", { skip }, () => {
  it("holds nothing of before, reuses no address at once, and gives a pod the one that it asks for again", async (t) => {
    const node = await makeAgentNode(t);
    const [a, b, c] = await withPods(t, node);
    const fixed = await add(t, node, { id: "fixed", address: "10.244.1.77" });
    assert.equal(fixed.addresses[0], "10.244.1.77");
    await node.end("SIGKILL");
    // Asked for in the old boot, and to be answered in the new one.
    assert.equal((await del(node, b)).status, 0);
    for (const { namespace } of [a, b, c, fixed]) namespace.delete();
    await node.reboot();
    // A runtime that names namespaces by what the pod is has one of the same name soon.
    assert.equal(spawnSync("ip", ["netns", "add", a.namespace.name]).status, 0);
    node.start();
    await node.answers();
    await isInOrder(node, []);
    assert.equal(a.namespace.succeeds("ip", "link", "show", "dev", "eth0"), false);
    const living = [
      await add(t, node, { id: "fixed-2", address: "10.244.1.77" }),
      await add(t, node, { id: "a-2", hostPort: 8080, namespace: a.namespace }),
      await add(t, node, { id: "b-2" }),
    ];
    assert.equal(living[0]?.addresses[0], "10.244.1.77");
    const before = new Set([a, b, c].flatMap(({ addresses }) => addresses));
    assert.deepEqual(
      living.flatMap(({ addresses }) => addresses).filter((address) => before.has(address)),
      [],
    );
    await endsWell(node, living);
  });
});
