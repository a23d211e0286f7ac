import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../../test/kube/index.ts";
import { type Figure } from "../../model.ts";
import { compiled } from "../world/compile.ts";
import { openNamespaces } from "../world/namespaces.ts";
import { type NetworkedNode } from "../world/nodes.ts";
import { startRuntime } from "../world/runtime.ts";
import { compare, type Stage, type StageContext } from "./model.ts";

/** A pod's network: a namespace in a node, and its address. */
type Pod = Readonly<{ enter: readonly string[]; address: string }>;

const port = 5_001;

/** One TCP stream from pod to pod: on one node, and between two nodes of one link. */
export const trafficStage: Stage = async (context) => {
  const nodes = await context.nodes();
  const program = join(nodes.folder, "stream");
  await copyFile(compiled("stream"), program);
  const heddle = await podsOf(nodes.heddle);
  const reference = await podsOf(nodes.reference);
  const found = {
    near: { heddle: [] as number[], reference: [] as number[] },
    far: { heddle: [] as number[], reference: [] as number[] },
  };
  for (let round = 1; round <= context.settings.streamRounds; round++)
    for (const way of ["near", "far"] as const)
      for (const [subject, pods] of inTurn(round, [
        ["heddle", heddle],
        ["reference", reference],
      ] as const)) {
        const gigabits = await stream(context, program, { from: pods.from, to: pods[way] });
        context.say(
          `round ${round}: ${subject}, ${way === "near" ? "on a node" : "between nodes"}: ${gigabits.toFixed(1)} Gbit/s`,
        );
        found[way][subject].push(gigabits);
      }
  return [
    ...compare({ label: "TCP from pod to pod on a node", unit: "Gbit/s", target: "≥ 0.95 ×, ≥ 10 Gbit/s" }, found.near),
    ...compare({ label: "TCP from pod to pod, two nodes", unit: "Gbit/s", target: "≥ 0.95 ×" }, found.far),
  ] satisfies readonly Figure[];
};

/** Who is first changes. */
const inTurn = <T>(round: number, all: readonly T[]): readonly T[] => (round % 2 === 1 ? all : all.toReversed());

/** Two pods on the first node and one on the second. */
async function podsOf([first, second]: readonly [NetworkedNode, NetworkedNode]) {
  const [from, near] = await addPods(first, 2);
  const [far] = await addPods(second, 1);
  if (!from || !near || !far) throw new Error("a pod is missing");
  return { from, near, far };
}

/** They go with the cluster's nodes. */
async function addPods({ node, plugin }: NetworkedNode, count: number): Promise<readonly Pod[]> {
  await using runtime = startRuntime(node.enter);
  const paths = await openNamespaces(node.enter).make(count);
  const calls = paths.map((netns, index) => ({ plugin, verb: "ADD", containerId: `stream-${index}`, netns }) as const);
  const outcomes = await runtime.call(calls);
  return paths.map((path, index) => {
    const { ips } = JSON.parse(outcomes[index]?.output ?? "") as { ips: readonly { address: string }[] };
    const [address = ""] = ips[0]?.address.split("/") ?? [];
    return { enter: [...node.enter, "nsenter", `--net=${path}`, "--"], address };
  });
}

/** Gbit/s as they came to the receiver. */
async function stream(
  { settings, signal }: StageContext,
  program: string,
  { from, to }: Readonly<{ from: Pod; to: Pod }>,
): Promise<number> {
  const [file = "", ...enter] = to.enter;
  const server = spawn(file, [...enter, program, "serve", `${port}`], { stdio: ["ignore", "pipe", "inherit"], signal });
  const ended = once(server, "close");
  ended.catch(() => {});
  const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  await lines.next();
  await run([...from.enter, program, "send", to.address, `${port}`, `${settings.streamSeconds}`], { signal });
  const { value } = await lines.next();
  await ended;
  return Number(value) / 1e9;
}
