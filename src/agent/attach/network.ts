import { type Logger, messageOf } from "../../base/index.ts";
import { formatAddress, type IpAddress } from "../../model/index.ts";
import { type AddressBook, type Attachment, type Pool } from "../addresses/model.ts";
import { givesOut, planPools } from "../addresses/pool.ts";
import { type AttachmentKey, attachmentText } from "../attachment.ts";
import { cniCodes, CniError } from "../cni/errors.ts";
import {
  type AddRequest,
  type CniResult,
  type DelRequest,
  type GcRequest,
  type NetworkConfig,
  type PodNetwork,
} from "../cni/model.ts";
import { type Batch, type Kernel, KernelRefused } from "../kernel/model.ts";
import { bridgeMacOf, linkNameOf } from "../links/names.ts";
import { planAttach, planDetach } from "../links/pod-plan.ts";
import { type NodeWatch } from "../node/model.ts";
import { checkAttachment } from "./check.ts";
import { planClose, planOpen } from "../rules/plan.ts";
import { planShaping } from "../rules/shaping.ts";
import { attachedLinkOf, podLinkOf, podPortsOf, resultOf, shapedOf } from "./describe.ts";
import { type NodeBase } from "./node-base.ts";

export type PodNetworkDeps = Readonly<{
  kernel: Kernel;
  book: AddressBook;
  node: Pick<NodeWatch, "view">;
  base: NodeBase;
  log: Logger;
}>;

export type PodNetworkOptions = Readonly<{
  /** Without Kubernetes: the whole range is this node's. */
  standalone: boolean;
  /** The agent's: a network that names another one is not for this agent. */
  databasePath: string;
}>;

/**
 * The verbs on this node: addresses from the book, links from the kernel. The book says first what shall be and last that
 * it is: after a crash in between, recovery finds the one without the other.
 */
export function createPodNetwork(deps: PodNetworkDeps, options: PodNetworkOptions): PodNetwork {
  const { kernel, book, base } = deps;
  return {
    async add(request, signal) {
      refuseOtherDatabase(request.config, options);
      const pools = poolsOf(request.config, deps, options);
      const mtu = await base.prepare(request.config, pools);
      signal.throwIfAborted();
      return attach(deps, { request, pools, mtu });
    },
    del: (request) => deleteUnlessNewer(deps, request),
    check: (request, signal) => checkAttachment({ kernel, attachment: book.find(request.key) }, request, signal),
    async status(config, signal) {
      const pools = availablePools(config, deps, options);
      const usedUp = pools.find((pool) => book.usage([pool]).every(({ free }) => free === 0n));
      if (usedUp !== undefined)
        throw new CniError("every address that this node gives out is held", { cniCode: cniCodes.notAvailable });
      await base.prepare(config, pools);
      const faults = await base.faults(signal);
      if (faults.length > 0)
        throw new CniError("the pods of this node may have lost their network", {
          cniCode: cniCodes.limitedConnectivity,
          details: `${faults.join("; ")}: it is being mended`,
        });
    },
    gc: (request) => collect(deps, request),
  };
}

function refuseOtherDatabase(
  { databasePath }: NetworkConfig,
  { databasePath: own }: Pick<PodNetworkOptions, "databasePath">,
): void {
  if (databasePath === undefined || databasePath === own) return;
  throw new CniError("invalid network configuration", {
    cniCode: cniCodes.invalidConfig,
    details: `heddle.database: "${databasePath}": the agent of this node keeps its addresses in ${own}`,
  });
}

function poolsOf(config: NetworkConfig, { node }: PodNetworkDeps, { standalone }: PodNetworkOptions): readonly Pool[] {
  if (standalone) return planPools(config.rangeSets, undefined);
  const podCidrs = node.view().self?.podCidrs ?? [];
  if (podCidrs.length > 0) return planPools(config.rangeSets, podCidrs);
  throw new CniError("this node has no podCIDR yet", {
    cniCode: cniCodes.tryAgainLater,
    details:
      "the controller manager gives one by --allocate-node-cidrs; without Kubernetes start the agent --standalone",
  });
}

/** The same, when the question is whether a pod could be added. */
function availablePools(config: NetworkConfig, deps: PodNetworkDeps, options: PodNetworkOptions): readonly Pool[] {
  try {
    return poolsOf(config, deps, options);
  } catch (error) {
    if (!(error instanceof CniError)) throw error;
    throw new CniError(error.message, { cniCode: cniCodes.notAvailable, details: error.text, cause: error });
  }
}

type Attach = Readonly<{ request: AddRequest; pools: readonly Pool[]; mtu: number }>;

async function attach(deps: PodNetworkDeps, { request, pools, mtu }: Attach): Promise<CniResult> {
  const { book, kernel } = deps;
  const { key, pod, asked, config } = request;
  const stale = await staleOf(deps, key);
  if (stale !== undefined) await kernel.run(detachPlan(stale));
  // In one go, or another ADD could be given its addresses in between.
  book.release(key);
  const kept = (stale?.addresses ?? []).map(({ address }) => address).filter((address) => isGivenOut(pools, address));
  const attachment = book.reserve(key, {
    pools,
    asked: asked.addresses.length > 0 ? asked.addresses : kept,
    ...(pod && { pod }),
    link: attachedLinkOf(request, mtu),
  });
  const link = podLinkOf(attachment);
  if (link === undefined) throw interfaceExists(key);
  let left: Left | undefined;
  try {
    const shaped = shapedOf(attachment);
    const batch = planAttach(link);
    await kernel.run({ ...batch, operations: [...batch.operations, ...(shaped ? planShaping(shaped) : [])] });
    left = "links";
    await openPorts(deps, attachment);
    left = "links and ports";
    book.settle(key);
  } catch (error) {
    // Of a batch that was refused nothing is left.
    await undo(deps, attachment, left ?? (error instanceof KernelRefused ? "nothing" : "links"));
    throw attachFailure(error, request);
  }
  return resultOf(attachment, { bridgeMac: bridgeMacOf(config.bridge), dns: config.dns });
}

/**
 * What the book has of an attachment whose interface is gone: its namespace went without a DEL, and the runtime adds it
 * anew, wherever its namespace is now. One whose interface stands is refused, and nothing changed.
 */
async function staleOf({ book, kernel }: PodNetworkDeps, key: AttachmentKey): Promise<Attachment | undefined> {
  const known = book.find(key);
  if (known === undefined) return undefined;
  const { links } = await kernel.observe({ links: [linkNameOf(key)] });
  if (links.length > 0) throw interfaceExists(key);
  return known;
}

const isGivenOut = (pools: readonly Pool[], address: IpAddress): boolean =>
  pools.flat().some((range) => givesOut(range, address));

/** One after another: of ports that are refused those before must go, and no other pod's. */
async function openPorts({ kernel }: PodNetworkDeps, attachment: Attachment): Promise<void> {
  const operations = planOpen(podPortsOf(attachment));
  for (const [index, operation] of operations.entries()) {
    try {
      await kernel.run({ operations: [operation] });
    } catch (error) {
      await kernel.run({ operations: planClose(podPortsOf(attachment)).slice(0, index) });
      throw error;
    }
  }
}

/** What a failed ADD left in the kernel. Ports that were refused are another pod's. */
type Left = "nothing" | "links" | "links and ports";

async function undo({ book, kernel, log }: PodNetworkDeps, attachment: Attachment, left: Left): Promise<void> {
  try {
    if (left !== "nothing") await kernel.run(left === "links" ? linksOnly(attachment) : detachPlan(attachment));
    book.release(attachment.key);
  } catch (error) {
    log.error(
      { attachment: attachmentText(attachment.key), error: messageOf(error) },
      "what a failed ADD left could not be taken away; its addresses stay held until DEL or GC",
    );
  }
}

function attachFailure(error: unknown, { key, netns }: AddRequest): unknown {
  if (!(error instanceof KernelRefused)) return error;
  if (error.operation === undefined && ["ENOENT", "ENOTDIR"].includes(error.errno))
    return new CniError(`the network namespace ${netns} does not exist`, {
      cniCode: cniCodes.unknownContainer,
      cause: error,
    });
  if (error.operation === undefined && error.errno === "EINVAL")
    return new CniError(error.message, { cniCode: cniCodes.invalidNamespace, cause: error });
  if (error.operation?.op === "element.add" && error.errno === "EEXIST")
    return new CniError("a host port is another pod's already", {
      cniCode: cniCodes.portTaken,
      details: error.message,
      cause: error,
    });
  return error.operation?.op === "link.add-veth" && error.errno === "EEXIST" ? interfaceExists(key, error) : error;
}

const interfaceExists = ({ ifname, containerId }: AttachmentKey, cause?: KernelRefused): CniError =>
  new CniError(cause?.message ?? `the interface ${ifname} of ${containerId} exists already`, {
    cniCode: cniCodes.interfaceExists,
    details: "nothing was changed: DEL takes an attachment away",
    ...(cause && { cause }),
  });

/** The runtime repeats an ADD under the same key: a DEL that waited on disk since before it is not for this one. */
async function deleteUnlessNewer(deps: PodNetworkDeps, { key, calledAtMs }: DelRequest): Promise<void> {
  const reservedAtMs = deps.book.find(key)?.reservedAtMs;
  if (calledAtMs === undefined || reservedAtMs === undefined || reservedAtMs <= calledAtMs) return detach(deps, key);
  deps.log.info({ attachment: attachmentText(key) }, "dropped a DEL that waited since before the attachment was added");
}

/** The kernel first: what a crash leaves is an attachment without links, which recovery releases. */
async function detach({ book, kernel }: PodNetworkDeps, key: AttachmentKey): Promise<void> {
  const attachment = book.find(key);
  await kernel.run(attachment === undefined ? planDetach(key, { bridge: "", addresses: [] }) : detachPlan(attachment));
  book.release(key);
}

/** Links and ports of an attachment that is attached. */
export function detachPlan(attachment: Attachment): Batch {
  const { operations } = linksOnly(attachment);
  return { operations: [...planClose(podPortsOf(attachment)), ...operations] };
}

const linksOnly = ({ key, link, addresses }: Attachment): Batch =>
  planDetach(key, { bridge: link.bridge, addresses: addresses.map(({ address }) => formatAddress(address)) });

async function collect(deps: PodNetworkDeps, { network, valid }: GcRequest): Promise<void> {
  const isValid = new Set(valid.map(attachmentText));
  const candidates = deps.book
    .attachments()
    .filter(({ key }) => key.network === network && !isValid.has(attachmentText(key)));
  if (candidates.length === 0) return;
  const { links } = await deps.kernel.observe({ links: candidates.map(({ key }) => linkNameOf(key)) });
  const standing = new Set(links.map(({ name }) => name));
  const gone = candidates.filter(({ key }) => !standing.has(linkNameOf(key)));
  const outcomes = await Promise.allSettled(gone.map(({ key }) => detach(deps, key)));
  const failures = outcomes.flatMap((outcome, index) =>
    outcome.status === "rejected" ? [`${nameOf(gone[index])}: ${messageOf(outcome.reason)}`] : [],
  );
  if (failures.length > 0)
    throw new CniError(`${failures.length} of ${gone.length} attachments could not be freed`, {
      cniCode: cniCodes.gcIncomplete,
      details: failures.join("; "),
    });
}

const nameOf = (attachment: Attachment | undefined): string =>
  attachment === undefined ? "" : attachmentText(attachment.key);
