import {
  type AgentStatus,
  type AttachmentStatus,
  formatAddress,
  formatCidr,
  type IpAddress,
  type RangeStatus,
} from "../../model/index.ts";
import { type AddressBook, type Attachment, type NodeRange, type Pool, type RangeUsage } from "../addresses/model.ts";
import { before } from "../install/plan.ts";
import { type CniFolders, type FoundFolders, type InstallStep } from "../install/model.ts";
import { type Kernel } from "../kernel/model.ts";
import { linkNameOf } from "../links/names.ts";
import { type NodeView } from "../node/model.ts";
import { type Way } from "../routes/model.ts";

/** What the agent itself knows of how it goes. */
export type Standing = Readonly<{
  version: string;
  node: string;
  startedAtMs: number;
  databasePath: string;
  /** Undefined: no Kubernetes. */
  view: NodeView | undefined;
  folders: CniFolders;
  cniVersion: string;
  /** What lies in the folders, and what an installation would still do; undefined where it could not be looked at. */
  installation: Readonly<{ found: FoundFolders; missing: readonly InstallStep[] }> | undefined;
  /** Of the networks that the agent has seen; empty until it knows its podCIDR. */
  pools: readonly Pool[];
  bridges: readonly string[];
  ways: readonly Way[];
  lastError: AgentStatus["lastError"];
  recovery: AgentStatus["recovery"];
}>;

/** Looks at the kernel and the book, and says what is wrong. */
export async function observeStatus(
  { kernel, book }: Readonly<{ kernel: Pick<Kernel, "observe">; book: AddressBook }>,
  standing: Standing,
): Promise<AgentStatus> {
  const attachments = book.attachments();
  const names = [...new Set([...standing.bridges, ...attachments.map(({ link }) => link.bridge)])];
  const bridges = await bridgesOf(kernel, names);
  const ranges = book.usage(standing.pools).map(rangeStatus);
  const { unwritten, setAside } = book.state();
  const { view, folders, installation } = standing;
  const status: Told = {
    version: standing.version,
    node: standing.node,
    pid: process.pid,
    startedAt: new Date(standing.startedAtMs).toISOString(),
    plugin: {
      confDir: folders.confDir,
      binDir: folders.binDir,
      foundBy: folders.because,
      installed: installation?.missing.length === 0,
      cniVersion: standing.cniVersion,
      before: before(installation?.found.confNames ?? []),
    },
    bridges,
    database: { path: standing.databasePath, unwritten, ...(setAside && { setAside }) },
    apiServer: {
      followed: view?.failure === undefined && view !== undefined,
      ...(view?.failure && { error: view.failure.message }),
      podCidrs: (view?.self?.podCidrs ?? []).map(formatCidr),
    },
    nodes: standing.ways.map(({ node: name, destination, by, because }) => ({
      name,
      podCidr: formatCidr(destination),
      by,
      because,
    })),
    pods: new Set(attachments.map(({ key }) => key.containerId)).size,
    attachments: attachments.length,
    ranges,
    ...(standing.lastError && { lastError: standing.lastError }),
    recovery: standing.recovery,
  };
  return {
    ...status,
    problems: problemsOf(status, { isStandalone: view === undefined, missingBridges: names.length - bridges.length }),
    warnings: warningsOf(status),
  };
}

async function bridgesOf(kernel: Pick<Kernel, "observe">, names: readonly string[]): Promise<AgentStatus["bridges"]> {
  if (names.length === 0) return [];
  const { links, addresses } = await kernel.observe({ links: names, addresses: true });
  return links.map(({ name, up }) => ({
    name,
    up,
    addresses: addresses.filter(({ link }) => link === name).map(({ address, bits }) => `${address}/${bits}`),
  }));
}

const rangeStatus = ({ range, held, resting, free }: RangeUsage): RangeStatus => ({
  network: formatCidr(range.network),
  first: formatAddress(firstGivenOut(range)),
  last: formatAddress(range.last),
  gateway: formatAddress(range.gateway),
  used: held,
  resting,
  free: Number(free),
});

/** The gateway is in the range as it is configured, often as its first address. */
const firstGivenOut = ({ first, last, gateway }: NodeRange): IpAddress =>
  first.value === gateway.value && first.value < last.value ? { ...first, value: first.value + 1n } : first;

/** Before it is judged. */
type Told = Omit<AgentStatus, "problems" | "warnings">;

type Circumstances = Readonly<{ isStandalone: boolean; missingBridges: number }>;

function problemsOf(
  { plugin, bridges, database, apiServer, ranges, recovery }: Told,
  { isStandalone, missingBridges }: Circumstances,
): readonly string[] {
  return [
    ...(plugin.installed
      ? []
      : [`the plugin is not installed as it should be in ${plugin.binDir} and ${plugin.confDir}`]),
    ...plugin.before.map(
      (name) => `${name} in ${plugin.confDir} sorts before Heddle's: the runtime takes it (--exclusive puts it aside)`,
    ),
    ...(missingBridges === 0 ? [] : ["a bridge that pods are attached to is not there"]),
    ...bridges.filter(({ up }) => !up).map(({ name }) => `the bridge ${name} is down`),
    ...(database.unwritten === 0
      ? []
      : [`the disk does not take ${database.unwritten} releases: look at the space left at ${database.path}`]),
    ...(apiServer.error === undefined ? [] : [`the API server is not followed: ${apiServer.error}`]),
    ...(isStandalone || apiServer.podCidrs.length > 0 ? [] : ["this node has no podCIDR"]),
    ...ranges
      .filter(({ free }) => free === 0)
      .map(({ first, last }) => `every address from ${first} to ${last} is held`),
    ...recovery.failed.map((words) => `could not ${words}`),
  ];
}

/** One odd node must not make all others' agents look broken: a roll-out would stop at them. */
const warningsOf = ({ nodes }: Told): readonly string[] =>
  nodes.filter(({ by }) => by === "none").map(({ name, because }) => `the pods of ${name} are not reached: ${because}`);

export const attachmentStatus = ({ key, pod, addresses, link, reservedAtMs }: Attachment): AttachmentStatus => ({
  ...(pod && { namespace: pod.namespace, pod: pod.name, uid: pod.uid }),
  network: key.network,
  containerId: key.containerId,
  interface: key.ifname,
  hostInterface: linkNameOf(key),
  mac: link.mac,
  addresses: addresses.map(({ address }) => formatAddress(address)),
  since: new Date(reservedAtMs).toISOString(),
});
