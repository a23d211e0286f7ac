import { type ObservedTable, type KernelState, type Observation } from "../kernel/model.ts";
import { differ } from "../links/differ.ts";
import { type Difference } from "../links/model.ts";
import { type Attachment } from "../addresses/model.ts";
import { elementsOf, entriesOf, entryText, podSets } from "../rules/elements.ts";
import { type PodPorts, tableName } from "../rules/model.ts";
import { planShapers, planShaping, type ShapedPod, whatToShape } from "../rules/shaping.ts";
import { podPortsOf, shapedOf } from "./describe.ts";

/** What must be looked at to compare what an attachment asked of the node besides its links: nothing where it asked nothing. */
export const whatWasAsked = (attachment: Attachment): Observation => {
  const shaped = shapedOf(attachment);
  return {
    ...(podPortsOf(attachment).ports.length > 0 && { table: { name: tableName, sets: podSets } }),
    ...(shaped && whatToShape([shaped])),
  };
};

/** Of an attachment's host ports and limits, what is not as its ADD made it. */
export function compareAsked(attachment: Attachment, found: KernelState): readonly Difference[] {
  const shaped = shapedOf(attachment);
  return [
    ...comparePorts(podPortsOf(attachment), found.table?.elements ?? []),
    ...(shaped === undefined ? [] : compareLimits(shaped, found)),
  ];
}

/** One element a port and family, as nft(8) prints it. */
function comparePorts(ports: PodPorts, present: ObservedTable["elements"]): readonly Difference[] {
  const elements = elementsOf(ports);
  return entriesOf(ports).flatMap((entry, index) => {
    const expected = entryText(entry);
    const there = present.find(({ set, key }) => set === entry.set && isSame(key, elements[index]?.key));
    const text = there && (isSame(there.data, elements[index]?.data) ? expected : "what leads elsewhere");
    return differ(`the element of ${entry.set} on the node`, expected, text);
  });
}

const isSame = (a: Uint8Array = new Uint8Array(), b: Uint8Array = new Uint8Array()): boolean =>
  Buffer.compare(a, b) === 0;

/** Each way by itself: to the pod, and from it. */
function compareLimits(shaped: ShapedPod, found: KernelState): readonly Difference[] {
  const ways = [{ egressRate: 0 }, { ingressRate: 0 }].map((without): ShapedPod => ({
    ...shaped,
    bandwidth: { ...shaped.bandwidth, ...without },
  }));
  return ways.flatMap((way) => {
    const isWhole = planShapers(found, [way]).length === 0;
    return planShaping(way).flatMap((operation) => {
      if (operation.op === "link.set") {
        const link = found.links.find(({ name }) => name === operation.name);
        return differ(`the state of ${operation.name} on the node`, "up", link && (link.up ? "up" : "down"));
      }
      if (operation.op === "redirect.set") {
        const there = found.redirects?.includes(operation.link) ? operation.to : undefined;
        return differ(`what leads on what comes in by ${operation.link} on the node`, operation.to, there);
      }
      if (operation.op !== "shaper.set" || isWhole) return [];
      const there = found.shapers.find(({ link }) => link === operation.link);
      return differ(`the limit of ${operation.link} on the node`, limitText(operation), there && limitText(there));
    });
  });
}

const limitText = ({ rate, burst }: Readonly<{ rate: number; burst: number }>): string =>
  `${rate} bytes a second, ${burst} at once`;
