import { messageOf } from "../../base/index.ts";
import { formatAddress } from "../../model/index.ts";
import { type Attachment } from "../addresses/model.ts";
import { type AttachmentKey, attachmentText } from "../attachment.ts";
import { cniCodes, CniError } from "../cni/errors.ts";
import { type DelRequest, type GcRequest } from "../cni/model.ts";
import { type Batch } from "../kernel/model.ts";
import { linkNameOf } from "../links/names.ts";
import { planDetach } from "../links/pod-plan.ts";
import { planClose } from "../rules/plan.ts";
import { podPortsOf } from "./describe.ts";
import { type PodNetworkDeps } from "./model.ts";
import { isThere } from "./namespace-file.ts";

/** The runtime repeats an ADD under the same key: a DEL that waited on disk since before it is not for this one. */
export async function deleteUnlessNewer(deps: PodNetworkDeps, { key, calledAtMs }: DelRequest): Promise<void> {
  const reservedAtMs = deps.book.find(key)?.reservedAtMs;
  if (calledAtMs === undefined || reservedAtMs === undefined || reservedAtMs <= calledAtMs) return detach(deps, key);
  deps.log.info({ attachment: attachmentText(key) }, "dropped a DEL that waited since before the attachment was added");
}

/** The kernel first: what a crash leaves is an attachment without links, which recovery releases. */
async function detach(deps: PodNetworkDeps, key: AttachmentKey): Promise<void> {
  const attachment = deps.book.find(key);
  if (attachment === undefined) await deps.kernel.run(planDetach(key, { bridge: "", addresses: [] }));
  else await takeAway(deps, attachment, { batch: detachPlan(attachment), next: nothing });
}

/**
 * Takes from the kernel what `batch` says and then the attachment from the book; `next` is done in one go with that. Ports
 * are closed while no rules are written: these would have them again, as long as the book has the attachment.
 */
export function takeAway<T = void>(
  { base, book, kernel }: PodNetworkDeps,
  attachment: Attachment,
  { batch, next }: Readonly<{ batch: Batch; next: () => T }>,
): Promise<T> {
  const work = async (): Promise<T> => {
    await kernel.run(batch);
    book.release(attachment.key);
    return next();
  };
  return podPortsOf(attachment).ports.length === 0 ? work() : base.whileNoRulesAreWritten(work);
}

const nothing = (): void => {};

/** Links and ports of an attachment that is attached. */
export function detachPlan(attachment: Attachment): Batch {
  const { operations } = linksPlan(attachment);
  return { operations: [...planClose(podPortsOf(attachment)), ...operations] };
}

/** Links alone. */
export const linksPlan = ({ key, link, addresses }: Attachment): Batch =>
  planDetach(key, { bridge: link.bridge, addresses: addresses.map(({ address }) => formatAddress(address)) });

/** GC: see `PodNetwork`. */
export async function collect(deps: PodNetworkDeps, { network, valid }: GcRequest): Promise<void> {
  const isValid = new Set(valid.map(attachmentText));
  const candidates = deps.book
    .attachments()
    .filter(({ key }) => key.network === network && !isValid.has(attachmentText(key)));
  if (candidates.length === 0) return;
  const gone = await withoutLink(deps, candidates);
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

/** Those whose interface is gone. */
async function withoutLink(
  { kernel }: PodNetworkDeps,
  attachments: readonly Attachment[],
): Promise<readonly Attachment[]> {
  if (attachments.length === 0) return [];
  const { links } = await kernel.observe({ links: attachments.map(({ key }) => linkNameOf(key)) });
  const standing = new Set(links.map(({ name }) => name));
  return attachments.filter(({ key }) => !standing.has(linkNameOf(key)));
}

/** See `PodNetwork`. */
export async function reclaim(deps: PodNetworkDeps): Promise<number> {
  const away = await withoutLink(deps, deps.book.attachments());
  const there = await Promise.all(away.map(({ link: { netns } }) => netns !== undefined && isThere(netns)));
  const gone = away.filter((_, index) => !there[index]);
  await Promise.all(gone.map(({ key }) => detach(deps, key)));
  if (gone.length > 0) deps.log.info({ attachments: gone.length }, "freed what pods held that are gone");
  return gone.length;
}

const nameOf = (attachment: Attachment | undefined): string =>
  attachment === undefined ? "" : attachmentText(attachment.key);
