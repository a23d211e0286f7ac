import { formatAddress } from "../../model/index.ts";
import { type Attachment } from "../addresses/model.ts";
import { type AttachmentKey, attachmentText, parseAttachmentText } from "../attachment.ts";
import { type Batch, type ObservedLink, type PortSettings } from "../kernel/model.ts";
import { isLinkName, linkNameOf } from "../links/names.ts";
import { planMend, podPort } from "../links/pod-plan.ts";
import { podLinkOf } from "../attach/describe.ts";
import { adoptable } from "./adopt.ts";
import { type Found, type RecoveryStep } from "./model.ts";
import { type LeftOver, planSweep } from "./sweep.ts";

/**
 * What a start finds out of step, and what is done about it. A pod that lives keeps its address: nothing is taken from
 * what has an interface and was answered for. Empty when book and kernel agree.
 */
export function planRecovery(found: Found): readonly RecoveryStep[] {
  const links = new Map(found.kernel.links.filter(({ name }) => isLinkName(name)).map((link) => [link.name, link]));
  const entries = entriesOf(found);
  const known = new Set(found.attachments.map(({ key }) => linkNameOf(key)));
  const ours = found.attachments.flatMap((attachment) => {
    const step = stepFor(attachment, links.get(linkNameOf(attachment.key)), { ...found, entries });
    return step === undefined ? [] : [step];
  });
  const strangers = [...links.values()]
    .filter(({ name }) => !known.has(name))
    .map((link): RecoveryStep => {
      const key = keyOf(link);
      const attachment = key && adoptable(key, link, found);
      return attachment === undefined
        ? { do: "remove", link: link.name, because: "nothing tells whose it is" }
        : { do: "adopt", attachment, because: "the kernel has it and the database does not" };
    });
  const adopted = strangers.flatMap((step) => (step.do === "adopt" ? [step.attachment] : []));
  const leftOver = planSweep(found.kernel, [...found.attachments, ...adopted]);
  const because = "it is nobody's any more";
  return [...ours, ...strangers, ...(leftOver.length === 0 ? [] : [{ do: "sweep", leftOver, because } as const])];
}

/** The key in a link's alias, if the link's name follows from it. */
function keyOf({ name, alias = "" }: ObservedLink): AttachmentKey | undefined {
  const key = parseAttachmentText(alias);
  return key !== undefined && linkNameOf(key) === name ? key : undefined;
}

/** Permanent entries, to look one up: each of a thousand pods has its own. */
type Entries = Readonly<{ neighbours: ReadonlySet<string>; forwarding: ReadonlySet<string> }>;

const entriesOf = ({ kernel }: Found): Entries => ({
  neighbours: new Set(kernel.neighbours.filter(({ permanent }) => permanent).map(neighbourText)),
  forwarding: new Set(kernel.forwarding.filter(({ permanent }) => permanent).map(forwardingText)),
});

type Entry = Readonly<{ link: string; mac?: string | undefined }>;

const neighbourText = ({ link, address, mac }: Entry & Readonly<{ address: string }>): string =>
  `${link} ${address} ${mac}`;

const forwardingText = ({ link, mac }: Entry): string => `${link} ${mac}`;

type Known = Found & Readonly<{ entries: Entries }>;

function stepFor(attachment: Attachment, link: ObservedLink | undefined, found: Known): RecoveryStep | undefined {
  const { key, settled } = attachment;
  const { netns } = attachment.link;
  if (link === undefined) {
    if (!settled) return { do: "release", key, because: "its ADD was never finished" };
    if (netns === undefined || !found.namespaces.has(netns))
      return { do: "release", key, because: "its pod's namespace is gone" };
    return { do: "reattach", attachment, because: "its pod lives and its link is gone" };
  }
  if (!settled) return { do: "detach", attachment, because: "its ADD was never answered" };
  return mend(attachment, link, found);
}

/** What of an attachment is kept on the node's side and is missing or different. */
function mend(attachment: Attachment, link: ObservedLink, { entries, namespaces }: Known): RecoveryStep | undefined {
  const { key, addresses, link: wanted } = attachment;
  const { mac, bridge } = wanted;
  const [ofEntries, ofLink]: [string[], string[]] = [[], []];
  const isNeighbour = (address: string): boolean =>
    entries.neighbours.has(neighbourText({ link: bridge, address, mac }));
  if (addresses.some(({ address }) => !isNeighbour(formatAddress(address)))) ofEntries.push("a neighbour entry");
  if (!entries.forwarding.has(forwardingText({ link: link.name, mac }))) ofEntries.push("its forwarding entry");
  if (link.bridge !== bridge) ofLink.push("its place at the bridge");
  if (!link.up) ofLink.push("its link's being up");
  if (!isSetAs(link.port, podPort)) ofLink.push("its port's settings");
  const wrong = [...ofEntries, ...ofLink];
  if (wrong.length === 0) return undefined;
  // To enter the namespace of each of a thousand pods takes a second: entries are the node's own.
  const batch = mendingOf(attachment, ofLink.length > 0 ? namespaces : new Set());
  return { do: "mend", key, batch, because: `${wrong.join(" and ")} is missing or different` };
}

const isSetAs = (found: ObservedLink["port"], wanted: PortSettings): boolean =>
  Object.entries(wanted).every(([name, value]) => found?.[name as keyof PortSettings] === value);

/** What an ADD does and can be done again; on the node's side only, where the pod's namespace is not known. */
function mendingOf(attachment: Attachment, namespaces: ReadonlySet<string>): Batch {
  const { netns = "" } = attachment.link;
  const link = podLinkOf({ ...attachment, link: { ...attachment.link, netns } });
  if (link === undefined) return { operations: [] };
  const atBridge = {
    op: "link.set",
    in: "node",
    name: linkNameOf(attachment.key),
    bridge: link.bridge,
    up: true,
  } as const;
  const { operations } = planMend(link);
  if (namespaces.has(netns)) return { netns, operations: [atBridge, ...operations] };
  return { operations: [atBridge, ...operations.filter((operation) => "in" in operation && operation.in === "node")] };
}

/** A sentence for the log and for `heddle agent status`. */
export const explainRecovery = (step: RecoveryStep): string => `${step.do} ${subjectOf(step)}: ${step.because}`;

function subjectOf(step: RecoveryStep): string {
  if (step.do === "remove") return step.link;
  if (step.do === "sweep") return wordsOf(step.leftOver);
  return attachmentText("attachment" in step ? step.attachment.key : step.key);
}

/** A few by name: of a thousand pods there would be thousands. */
function wordsOf(leftOver: readonly LeftOver[]): string {
  const named = leftOver.slice(0, 4).map(({ what }) => what);
  const rest = leftOver.length - named.length;
  return [...named, ...(rest > 0 ? [`${rest} more`] : [])].join(" and ");
}
