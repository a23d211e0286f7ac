import { messageOf } from "../../base/index.ts";
import { type IpAddress } from "../../model/index.ts";
import { type Attachment, type Pool } from "../addresses/model.ts";
import { givesOut } from "../addresses/pool.ts";
import { type AttachmentKey, attachmentText } from "../attachment.ts";
import { cniCodes, CniError } from "../cni/errors.ts";
import { type AddRequest, type CniResult } from "../cni/model.ts";
import { KernelRefused } from "../kernel/model.ts";
import { bridgeMacOf, linkNameOf } from "../links/names.ts";
import { planAttach } from "../links/pod-plan.ts";
import { planClose, planOpen } from "../rules/plan.ts";
import { planShaping } from "../rules/shaping.ts";
import { attachedLinkOf, podLinkOf, podPortsOf, resultOf, shapedOf } from "./describe.ts";
import { type PodNetworkDeps } from "./model.ts";
import { detachPlan, linksPlan, takeAway } from "./remove.ts";
import { makeStages, type Stage } from "./stages.ts";

export type Attach = Readonly<{ request: AddRequest; pools: readonly Pool[]; mtu: number }>;

/**
 * ADD. The book says first what shall be and last that it is: after a crash in between, recovery finds the one without the
 * other. Of what fails nothing is left.
 */
export async function attach(deps: PodNetworkDeps, asked: Attach): Promise<CniResult> {
  const { config, key } = asked.request;
  const attachment = await reserve(deps, asked);
  try {
    await makeStages(stagesOf(deps, attachment), (error) =>
      deps.log.error(
        { attachment: attachmentText(key), error: messageOf(error) },
        "what a failed ADD left could not be taken away; its addresses stay held until DEL or GC",
      ),
    );
  } catch (error) {
    throw attachFailure(error, asked.request);
  }
  return resultOf(attachment, { bridgeMac: bridgeMacOf(config.bridge), dns: config.dns });
}

/** In their order. What a pod may do on the network has its place before its ports are open. */
const stagesOf = (deps: PodNetworkDeps, attachment: Attachment): readonly Stage[] => [
  reservation(deps, attachment),
  links(deps, attachment),
  settlement(deps, attachment),
];

/** Made already, in one go with the choice of its addresses. */
const reservation = ({ book }: PodNetworkDeps, { key }: Attachment): Stage => ({
  make: async () => {},
  undo: async () => void book.release(key),
});

const links = ({ kernel }: PodNetworkDeps, attachment: Attachment): Stage => ({
  async make() {
    const link = podLinkOf(attachment);
    if (link === undefined) return;
    const shaped = shapedOf(attachment);
    const batch = planAttach(link);
    await kernel.run({ ...batch, operations: [...batch.operations, ...(shaped ? planShaping(shaped) : [])] });
  },
  undo: () => kernel.run(linksPlan(attachment)),
  // Of a batch that was refused nothing is left.
  leaves: (error) => !(error instanceof KernelRefused),
});

/**
 * Opens its ports and says that it stands, while no rules are written: these have the ports of what stands, and would take
 * away others, or give them back that are refused here.
 */
const settlement = (deps: PodNetworkDeps, attachment: Attachment): Stage => {
  const settle = (): void => void deps.book.settle(attachment.key);
  const ports = podPortsOf(attachment);
  return {
    make: async () =>
      ports.ports.length === 0
        ? settle()
        : deps.base.whileNoRulesAreWritten(() => openPorts(deps, { attachment, settle })),
    undo: async () => {},
  };
};

type Opening = Readonly<{ attachment: Attachment; settle: () => void }>;

/** One after another: of ports that are refused those before must go, and no other pod's. */
async function openPorts({ kernel, log }: PodNetworkDeps, { attachment, settle }: Opening): Promise<void> {
  const ports = podPortsOf(attachment);
  let opened = 0;
  try {
    for (const operation of planOpen(ports)) {
      await kernel.run({ operations: [operation] });
      opened++;
    }
    settle();
  } catch (error) {
    await kernel
      .run({ operations: planClose(ports).slice(0, opened) })
      .catch((stuck: unknown) =>
        log.warn(
          { attachment: attachmentText(attachment.key), error: messageOf(stuck) },
          "host ports of a failed ADD stay open until the rules are compared",
        ),
      );
    throw error;
  }
}

/** Addresses, and whose they are. */
async function reserve(deps: PodNetworkDeps, { request, pools, mtu }: Attach): Promise<Attachment> {
  const { key, pod, asked } = request;
  const { book } = deps;
  const stale = await staleOf(deps, key);
  const kept = (stale?.addresses ?? []).map(({ address }) => address).filter((address) => isGivenOut(pools, address));
  // In one go with the release, or another ADD could be given its addresses in between.
  const choose = (): Attachment =>
    book.reserve(key, {
      pools,
      asked: asked.addresses.length > 0 ? asked.addresses : kept,
      ...(pod && { pod }),
      link: attachedLinkOf(request, mtu),
    });
  return stale === undefined ? choose() : takeAway(deps, stale, { batch: detachPlan(stale), next: choose });
}

/**
 * What the book has of an attachment whose interface is gone: its namespace went without a DEL, and the runtime adds it
 * anew, wherever its namespace is now. One whose interface stands is refused, and nothing changed.
 */
async function staleOf(
  { book, kernel }: Pick<PodNetworkDeps, "book" | "kernel">,
  key: AttachmentKey,
): Promise<Attachment | undefined> {
  const known = book.find(key);
  if (known === undefined) return undefined;
  const { links: standing } = await kernel.observe({ links: [linkNameOf(key)] });
  if (standing.length > 0) throw interfaceExists(key);
  return known;
}

const isGivenOut = (pools: readonly Pool[], address: IpAddress): boolean =>
  pools.flat().some((range) => givesOut(range, address));

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
