import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { HeddleError } from "../../src/base/index.ts";
import { findCommand } from "../install.ts";
import type { NodePlan } from "./addresses.ts";
import type { ControlPlaneParts, Identity } from "./control-plane.ts";
import { assertRunning } from "./enclosure.ts";
import { agentUser, bindAgents, startAgent } from "./heddle-agent.ts";
import { imageArchive } from "./image.ts";
import { kubeconfigOf } from "./kubeconfig.ts";
import type { KubeNode, KubeOptions, RunOptions } from "./model.ts";
import { connectNode, routePods } from "./network.ts";
import { writeNodeFiles } from "./node-files.ts";
import { type Daemon, run, startDaemon } from "./process.ts";
import { readBody, type RequestOptions } from "./request.ts";
import { until } from "./until.ts";

/** Nodes whose containerd runs while the API server may still be starting. */
export type PreparedNodes = Readonly<{
  /** Call when the API server is ready: registers the nodes, starts the kubelets; resolves when all are Ready. */
  join(): Promise<readonly KubeNode[]>;
}>;

type Shared = Readonly<{
  parts: ControlPlaneParts;
  identity: Identity;
  options: KubeOptions;
  images: string;
}>;

type Machine = Readonly<{
  plan: NodePlan;
  directory: string;
  pid: number;
  enter: readonly string[];
  containerd: Daemon;
}>;

/** Makes the nodes' namespaces and starts their containerd with the images in it. */
export async function startNodes(
  parts: ControlPlaneParts,
  identity: Identity,
  options: KubeOptions,
): Promise<PreparedNodes> {
  const { onProgress = () => {} } = options;
  const images = join(parts.enclosure.directory, "images.tar");
  const busybox = (await findCommand("busybox")) ?? "busybox";
  await writeFile(images, await imageArchive(busybox));
  const shared: Shared = { parts, identity, options, images };
  const { nodes } = parts.plan;
  const machines = await Promise.all(nodes.map((plan) => startMachine(shared, plan)));
  if ((options.cni ?? "reference") === "reference") await routePods(parts.enclosure, nodes);
  return {
    async join() {
      if (options.cni === "heddle") await bindAgents(identity);
      onProgress(`starting ${nodes.length === 1 ? "1 node" : `${nodes.length} nodes`}`);
      return Promise.all(machines.map((machine) => joinNode(shared, machine)));
    },
  };
}

async function startMachine(shared: Shared, plan: NodePlan): Promise<Machine> {
  const { parts, identity, options } = shared;
  const { enclosure } = parts;
  const directory = join(enclosure.directory, plan.name);
  await mkdir(join(directory, "logs"), { recursive: true });
  const cgroup = `${enclosure.cgroup}/${plan.name}`;
  const configFor = (commonName: string, organizations: readonly string[]): string => {
    const credential = identity.clientAuthority.issue({ commonName, organizations });
    return kubeconfigOf({ name: enclosure.name, server: identity.server, ca: identity.authority.cert, credential });
  };
  await writeNodeFiles({
    plan,
    directory,
    cgroup,
    options,
    clusterDns: parts.plan.serviceAddress.replace(/1$/, "10"),
    clientCa: identity.clientAuthority.cert,
    kubeletConfig: configFor(`system:node:${plan.name}`, ["system:nodes"]),
    proxyConfig: configFor("system:kube-proxy", []),
    agentConfig: configFor(agentUser, []),
  });
  const script = join(import.meta.dirname, "node-init.sh");
  const inClusterPids = ["nsenter", "--target", String(enclosure.pid), "--pid", "--"];
  const namespaces = ["unshare", "--pid", "--net", "--mount", "--uts", "--fork", "--kill-child"];
  const arguments_ = [directory, plan.name, cgroup, parts.binaries];
  const init = enclosure.daemon(`${plan.name}-init`, [...inClusterPids, ...namespaces, "sh", script, ...arguments_]);
  const pid = await until(
    `${plan.name}'s namespaces`,
    async () => Number(await readFile(join(directory, "init.pid"), "utf8")),
    { everyMs: 10, signal: parts.signal, failEarly: () => assertRunning([init]) },
  );
  const enter = ["nsenter", "--target", String(pid), "--pid", "--net", "--mount", "--uts", "--"];
  await connectNode(enclosure, plan, pid);
  const containerd = await startContainerd(shared, { plan, directory, enter });
  return { plan, directory, pid, enter, containerd };
}

async function startContainerd(shared: Shared, at: Pick<Machine, "plan" | "directory" | "enter">): Promise<Daemon> {
  const { enter, directory, plan } = at;
  const withPath = pathOf(shared.parts.runtimeFolder);
  const log = join(directory, "logs", "containerd.log");
  const containerd = startDaemon("containerd", [...enter, ...withPath, "containerd"], log);
  await until(`${plan.name}'s containerd`, () => run([...enter, ...withPath, "ctr", "version"]), {
    signal: shared.parts.signal,
    failEarly: () => assertRunning([containerd]),
  });
  await importInto(at, shared);
  return containerd;
}

const pathOf = (folder: string | undefined): readonly string[] =>
  folder === undefined ? [] : ["env", `PATH=${folder}:${process.env["PATH"] ?? ""}`];

async function importInto({ enter }: Pick<Machine, "enter">, { images, parts }: Shared): Promise<void> {
  // The archive lies below a folder that the node may not see (/var, /run): hand it over open.
  await run([...enter, ...pathOf(parts.runtimeFolder), "ctr", "-n", "k8s.io", "images", "import", "-"], {
    inputFile: images,
  });
}

async function joinNode(shared: Shared, machine: Machine): Promise<KubeNode> {
  const { identity, options, parts } = shared;
  const { plan } = machine;
  const { cni = "reference", proxy = "nftables" } = options;
  const access = { ca: identity.authority.cert, token: identity.tokens.admin };
  await registerNode(identity, access, plan);
  const kubelet = { daemon: startKubelet(shared, machine) };
  const binary = (name: string): string => `/run/heddle/bin/${name}`;
  if (proxy !== "none") {
    const command = [...machine.enter, binary("kube-proxy"), "--config=/etc/kubernetes/proxy.yaml"];
    startDaemon("kube-proxy", command, join(machine.directory, "logs", "kube-proxy.log"));
  }
  const agent = cni === "heddle" ? startAgent({ ...machine, name: plan.name }) : undefined;
  await until(
    `${plan.name} to be ${cni === "none" ? "registered" : "Ready"}`,
    async () => {
      const { body } = await readBody(`${identity.server}/api/v1/nodes/${plan.name}`, access);
      return isUp(JSON.parse(body) as NodeObject, cni);
    },
    {
      timeoutMs: 120_000,
      signal: parts.signal,
      failEarly: () => assertRunning([kubelet.daemon, machine.containerd]),
    },
  );
  return { ...describeNode(shared, machine, kubelet), ...(agent && { agent }) };
}

/** Made before its kubelet registers, so that its pod ranges are those that the harness routes. */
async function registerNode(identity: Identity, access: RequestOptions, { name, podCidrs }: NodePlan): Promise<void> {
  const labels = { "kubernetes.io/hostname": name, "kubernetes.io/os": "linux" };
  const json = {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels },
    spec: { podCIDR: podCidrs[0], podCIDRs: podCidrs },
  };
  const { status, body } = await readBody(`${identity.server}/api/v1/nodes`, { ...access, json });
  if (status !== 201) throw new HeddleError(`cannot register ${name}: ${body}`, { code: "HEDDLE_TEST_KUBE_FAILED" });
}

function startKubelet({ options }: Shared, { enter, directory, plan }: Machine): Daemon {
  const addresses = options.ipFamilies === "dual" ? `${plan.address},${plan.address6}` : plan.address;
  const flags = [
    "--config=/etc/kubernetes/kubelet.yaml",
    "--kubeconfig=/etc/kubernetes/kubelet.kubeconfig",
    `--hostname-override=${plan.name}`,
    `--node-ip=${addresses}`,
  ];
  return startDaemon(
    "kubelet",
    [...enter, "/run/heddle/bin/kubelet", ...flags],
    join(directory, "logs", "kubelet.log"),
  );
}

type NodeObject = Readonly<{
  spec?: Readonly<{ taints?: readonly Readonly<{ key: string }>[] }>;
  status?: Readonly<{
    addresses?: readonly unknown[];
    conditions?: readonly Readonly<{ type: string; status: string }>[];
  }>;
}>;

/** Ready, and the scheduler may use it: the controller takes the taint away a moment after. */
function isUp({ spec, status }: NodeObject, cni: string): boolean {
  if (cni === "none") return (status?.addresses ?? []).length > 0;
  const ready = (status?.conditions ?? []).some(({ type, status }) => type === "Ready" && status === "True");
  return ready && !(spec?.taints ?? []).some(({ key }) => key === "node.kubernetes.io/not-ready");
}

function describeNode(shared: Shared, machine: Machine, kubelet: { daemon: Daemon }): KubeNode {
  const { plan, directory, enter, pid } = machine;
  return {
    name: plan.name,
    address: plan.address,
    ...(shared.options.ipFamilies === "dual" && { address6: plan.address6 }),
    podCidrs: plan.podCidrs,
    pid,
    enter,
    directory,
    exec: (command, options?: RunOptions) => run([...enter, ...command], options),
    importImage: (images) => importInto(machine, { ...shared, images }),
    async stopKubelet() {
      kubelet.daemon.signal("SIGKILL");
      await kubelet.daemon.untilEnded();
    },
    async startKubelet() {
      kubelet.daemon = startKubelet(shared, machine);
      await until("the kubelet's port", () => accepts(plan.address, 10250), {
        failEarly: () => assertRunning([kubelet.daemon]),
      });
    },
  };
}

async function accepts(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port });
  try {
    await once(socket, "connect");
    return true;
  } finally {
    socket.destroy();
  }
}
