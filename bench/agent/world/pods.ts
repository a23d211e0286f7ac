import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { type KubeCluster, until } from "../../../test/kube/index.ts";
import { type ApiClient } from "../../../src/cluster/index.ts";
import { clientOf, questionOf } from "../../cluster.ts";
import { epochMs } from "../../marks.ts";
import { type NetworkedNode } from "./nodes.ts";

const path = "/api/v1/namespaces/default/pods";

/** When a pod was asked for, when its container said its first word, and when the API server told that it runs. */
export type PodTimes = Readonly<{ speaksMs: number; runningMs: number }>;

/** Pods of a cluster, by a client that watches them. */
export type Pods = AsyncDisposable &
  Readonly<{
    /** All at once, in turn on the nodes; resolves when all run, with milliseconds since each was asked for. */
    create(names: readonly string[], nodes: readonly NetworkedNode[]): Promise<readonly PodTimes[]>;
    /** Resolves when the API server has none of them. */
    remove(names: readonly string[]): Promise<void>;
    /** What a node's kubelet has spent on such calls of its runtime, and how many there were. */
    spent(node: NetworkedNode, operation: "create_container" | "start_container" | "run_podsandbox"): Promise<Spent>;
  }>;

export type Spent = Readonly<{ seconds: number; count: number }>;

type Seen = { uid: string; askedMs: number; runningMs?: number; isGone?: boolean };

export async function watchPods(cluster: KubeCluster, signal: AbortSignal): Promise<Pods> {
  await using parts = new AsyncDisposableStack();
  const client = parts.use(clientOf(questionOf(cluster)));
  const seen = new Map<string, Seen>();
  const over = new AbortController();
  const watching = watch(client, seen, AbortSignal.any([signal, over.signal]));
  parts.defer(async () => {
    over.abort();
    await watching.catch(() => {});
  });
  await until("the default service account", () =>
    client.json({ path: "/api/v1/namespaces/default/serviceaccounts/default" }),
  );
  const all = (names: readonly string[], is: (pod: Seen) => boolean): boolean =>
    names.every((name) => {
      const pod = seen.get(name);
      return pod !== undefined && is(pod);
    });
  const waits = { timeoutMs: 120_000, everyMs: 20, signal };
  const ending = parts.move();
  return {
    async create(names, nodes) {
      const nodeOf = (index: number): NetworkedNode => nodes[index % nodes.length] as NetworkedNode;
      await Promise.all(
        names.map(async (name, index) => {
          seen.set(name, { uid: "", askedMs: epochMs() });
          await client.json({ method: "POST", path, body: podOf(name, nodeOf(index).node.name, cluster.busyboxImage) });
        }),
      );
      await until("all pods to run", () => all(names, ({ runningMs }) => runningMs !== undefined), waits);
      return Promise.all(
        names.map(async (name, index) => {
          const { uid, askedMs, runningMs = NaN } = seen.get(name) as Seen;
          const speaksMs = await firstWordMs(
            join(nodeOf(index).node.directory, "var/log/pods", `default_${name}_${uid}`),
          );
          return { speaksMs: speaksMs - askedMs, runningMs: runningMs - askedMs };
        }),
      );
    },
    async remove(names) {
      await Promise.all(names.map((name) => client.json({ method: "DELETE", path: `${path}/${name}` })));
      await until("all pods to be gone", () => all(names, ({ isGone }) => isGone === true), waits);
    },
    async spent({ node: { name } }, operation) {
      const text = await client.text({ path: `/api/v1/nodes/${name}/proxy/metrics` });
      const metric = "kubelet_runtime_operations_duration_seconds";
      const value = (part: string): number =>
        Number(new RegExp(`^${metric}_${part}\\{operation_type="${operation}"\\} (\\S+)$`, "m").exec(text)?.[1] ?? 0);
      return { seconds: value("sum"), count: value("count") };
    },
    [Symbol.asyncDispose]: () => ending[Symbol.asyncDispose](),
  };
}

type Event = Readonly<{
  type: string;
  object: Readonly<{ metadata: Readonly<{ name: string; uid: string }>; status?: Readonly<{ phase?: string }> }>;
}>;

async function watch(client: ApiClient, seen: Map<string, Seen>, signal: AbortSignal): Promise<void> {
  await using stream = await client.stream({ path, query: { watch: true }, watch: true, signal });
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream.body) {
    const atMs = epochMs();
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const { type, object } = JSON.parse(line) as Event;
      const pod = seen.get(object.metadata.name);
      if (pod === undefined) continue;
      pod.uid = object.metadata.uid;
      if (object.status?.phase === "Running") pod.runningMs ??= atMs;
      if (type === "DELETED") pod.isGone = true;
    }
  }
}

/** By the clock of the runtime, which dates each line that a container prints. */
async function firstWordMs(folder: string): Promise<number> {
  return until("the container's first word", async () => {
    const [file = ""] = await readdir(join(folder, "main"));
    const [time = ""] = (await readFile(join(folder, "main", file), "utf8")).split(" ");
    return dateMs(time);
  });
}

/** Nanoseconds are not lost: Date knows milliseconds only. */
function dateMs(text: string): number {
  const [, whole = "", part = ""] = /^([^.]*)\.(\d+)/.exec(text) ?? [];
  return Date.parse(`${whole}Z`) + Number(`0.${part}`) * 1_000;
}

const podOf = (name: string, nodeName: string, image: string) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name },
  spec: {
    nodeName,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 1,
    containers: [{ name: "main", image, command: ["sh", "-c", "echo up; exec sleep infinity"] }],
  },
});
