import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { HeddleError, messageOf, UsageError } from "../../src/base/index.ts";
import { type AddressPlan, maxNodes } from "./addresses.ts";
import { kubernetesBinaries } from "./components.ts";
import { containerdBinaries } from "./containerd.ts";
import {
  type ControlPlaneParts,
  createIdentity,
  etcdPort,
  type Identity,
  startApiServer,
  startControllers,
  startEtcd,
  untilReady,
} from "./control-plane.ts";
import { createEnclosure, type Enclosure } from "./enclosure.ts";
import { etcdBinary } from "./etcd.ts";
import type { KubeCluster, KubeOptions } from "./model.ts";
import { ensureClient } from "./heddle-agent.ts";
import { buildNetwork } from "./network.ts";
import { busyboxImage } from "./image.ts";
import { bindViewer } from "./viewer.ts";
import { startNodes } from "./nodes.ts";
import { allowInotify, prepareMachine } from "./machine.ts";
import { type Daemon, run } from "./process.ts";
import { readBody } from "./request.ts";
import { requestToken, signToken } from "./token.ts";

/** A cluster that was started, with what its command line needs besides. */
export type StartedKube = Readonly<{
  cluster: KubeCluster;
  /** Lets it outlive this process. */
  keep(): void;
}>;

/**
 * Starts a real Kubernetes. It ends with `await using`, with this process however that ends, or by `down`.
 * Resolves when the API server is ready and every node is Ready (with cni none: registered).
 * Rejects with UsageError for a name that is taken, with HEDDLE_TEST_KUBE_UNAVAILABLE where this machine cannot run one.
 */
export async function startKube(options: KubeOptions = {}): Promise<KubeCluster> {
  return (await startDetachableKube(options)).cluster;
}

/**
 * Installs and builds what clusters need, so that no test has to wait for it. Resolves to the reason why this machine
 * cannot run one, or undefined.
 */
export async function prepareKube(options: KubeOptions = {}): Promise<string | undefined> {
  const reason = await prepareMachine(options);
  if (reason !== undefined) return reason;
  try {
    await kubernetesBinaries(options.onProgress);
    await etcdBinary(options);
    if ((options.nodes ?? 0) > 0) await containerdBinaries(options);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** `startKube` for a caller that may let the cluster outlive it. */
export async function startDetachableKube(options: KubeOptions = {}): Promise<StartedKube> {
  checkOptions(options);
  const { onProgress = () => {}, signal } = options;
  const reason = await prepareMachine(options);
  if (reason !== undefined) throw new HeddleError(reason, { code: "HEDDLE_TEST_KUBE_UNAVAILABLE" });
  const binaries = await kubernetesBinaries(onProgress);
  const runtimeFolder = (options.nodes ?? 0) > 0 ? await containerdBinaries(options) : undefined;
  const etcd = await etcdBinary(options);
  if (options.cni === "heddle") ensureClient();
  await allowInotify(onProgress);
  const enclosure = await createEnclosure(options.name ?? ownName(), signal);
  try {
    const plan = await buildNetwork(enclosure, options);
    const cluster = await startParts({ enclosure, plan, binaries, etcd, runtimeFolder, signal }, options);
    return { cluster, keep: () => enclosure.keep() };
  } catch (error) {
    await enclosure.end();
    throw error;
  }
}

function checkOptions({ name, nodes = 0 }: KubeOptions): void {
  if (name !== undefined && !/^[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?$/.test(name))
    throw new UsageError(
      `"${name}" cannot name a cluster: use 1 to 30 lower-case letters, digits and "-", not "-" at an end`,
    );
  if (!Number.isInteger(nodes) || nodes < 0 || nodes > maxNodes)
    throw new UsageError(`a cluster has 0 to ${maxNodes} nodes, not ${nodes}`);
}

const ownName = (): string => `test-${process.pid}-${randomBytes(3).toString("hex")}`;

async function startParts(parts: ControlPlaneParts, options: KubeOptions): Promise<KubeCluster> {
  const { enclosure, signal } = parts;
  const { nodes = 0, controllers = nodes > 0, onProgress = () => {} } = options;
  onProgress("starting etcd and the API server");
  const identity = await createIdentity(parts);
  const etcd = startEtcd(parts);
  const api = { daemon: startApiServer(parts, identity, options.apiServerArgs ?? []) };
  await identity.kubeconfig("admin.kubeconfig", identity.adminPair);
  const preparing = nodes > 0 ? startNodes(parts, identity, options) : undefined;
  // Rejected while the API server is still awaited: seen below.
  preparing?.catch(() => {});
  await untilReady(identity, [etcd, api.daemon], signal);
  if (controllers) await startControllers(parts, identity);
  await bindViewer(identity);
  const started = preparing === undefined ? [] : await (await preparing).join();
  let ended = false;
  return Object.freeze({
    ...describe(enclosure, identity),
    nodes: started,
    ...apiServerControls({ parts, identity, etcd, api, args: options.apiServerArgs ?? [] }),
    async kubectl(args, runOptions) {
      // Its address has no route any more: kubectl would wait for the network.
      if (ended) throw new HeddleError(`cluster ${enclosure.name} has ended`, { code: "HEDDLE_TEST_KUBE_FAILED" });
      return run([join(parts.binaries, "kubectl"), "--kubeconfig", kubeconfigPath(identity), ...args], runOptions);
    },
    userCertificate: ({ user, groups, ...dates }) =>
      identity.clientAuthority.issue({ commonName: user, ...(groups && { organizations: groups }), ...dates }),
    serviceAccountToken: (request) =>
      (request.seconds ?? 3600) < 600 ? signToken(identity, request) : requestToken(identity, request),
    async [Symbol.asyncDispose]() {
      ended = true;
      await enclosure.end();
    },
  } satisfies KubeCluster);
}

const kubeconfigPath = (identity: Identity): string => join(identity.folder, "admin.kubeconfig");

const describe = (enclosure: Enclosure, identity: Identity) => ({
  name: enclosure.name,
  directory: enclosure.directory,
  server: identity.server,
  ca: identity.authority.cert,
  caFile: join(identity.folder, "ca.crt"),
  kubeconfigPath: kubeconfigPath(identity),
  adminToken: identity.tokens.admin,
  tokens: identity.tokens,
  busyboxImage,
});

type ApiServerState = Readonly<{
  parts: ControlPlaneParts;
  identity: Identity;
  etcd: Daemon;
  api: { daemon: Daemon };
  args: readonly string[];
}>;

type ApiServerControls = Pick<
  KubeCluster,
  "killApiServer" | "startApiServer" | "freezeApiServer" | "thawApiServer" | "compactEtcd" | "forgetHistory"
>;

function apiServerControls({ parts, identity, etcd, api, args }: ApiServerState): ApiServerControls {
  let present = args;
  const controls: ApiServerControls = {
    async killApiServer() {
      api.daemon.signal("SIGKILL");
      await api.daemon.untilEnded();
    },
    async startApiServer(next) {
      present = next ?? present;
      if (api.daemon.endedWith() === undefined)
        throw new HeddleError("the API server runs already; kill it first", { code: "HEDDLE_TEST_KUBE_FAILED" });
      api.daemon = startApiServer(parts, identity, present);
      await untilReady(identity, [etcd, api.daemon]);
    },
    freezeApiServer: () => api.daemon.signal("SIGSTOP"),
    thawApiServer: () => api.daemon.signal("SIGCONT"),
    compactEtcd: () => compact(parts.plan),
    async forgetHistory() {
      await bumpRevision(identity);
      await compact(parts.plan);
      await controls.killApiServer();
      await controls.startApiServer();
    },
  };
  return controls;
}

/** etcd's JSON gateway (/v3): the present revision is in every answer's header. */
async function compact(plan: AddressPlan): Promise<string> {
  const base = `http://${plan.address}:${etcdPort}/v3/kv`;
  const key = Buffer.from("/").toString("base64");
  const range = await readBody(`${base}/range`, { json: { key, limit: 1 } });
  const { revision } = (JSON.parse(range.body) as { header: { revision: string } }).header;
  const { status, body } = await readBody(`${base}/compaction`, { json: { revision, physical: true } });
  if (status !== 200)
    throw new HeddleError(`etcd refused to compact at ${revision}: ${body}`, { code: "HEDDLE_TEST_KUBE_FAILED" });
  return revision;
}

/** The newest resourceVersion would else still be the server's own, and so no history. */
async function bumpRevision(identity: Identity): Promise<void> {
  const access = { ca: identity.authority.cert, token: identity.tokens.admin };
  const url = `${identity.server}/api/v1/namespaces/default/configmaps`;
  const name = `bump-${randomBytes(4).toString("hex")}`;
  await readBody(url, { ...access, json: { apiVersion: "v1", kind: "ConfigMap", metadata: { name } } });
  await readBody(`${url}/${name}`, { ...access, method: "DELETE" });
}
