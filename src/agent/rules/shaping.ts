import type { Bandwidth } from "../asked-of-node.ts";
import type { AttachmentKey } from "../attachment.ts";
import type { KernelState, Observation, Operation, ShaperPlan } from "../kernel/model.ts";
import { linkNameOf, shaperNameOf } from "../links/names.ts";

/** An attachment's limits, and how large its packets are. */
export type ShapedPod = Readonly<{ key: AttachmentKey; bandwidth: Bandwidth; mtu: number }>;

/**
 * Limits a pod. What goes to it waits at the node's end of its link. What comes from it has no queue there, so it is led
 * through an intermediate link that has one, and from there goes on as if it had just come in. `planDetach` takes all of
 * it away.
 */
export function planShaping({ key, bandwidth, mtu }: ShapedPod): readonly Operation[] {
  const [link, between] = [linkNameOf(key), shaperNameOf(key)];
  const { ingressRate, ingressBurst, egressRate, egressBurst } = bandwidth;
  return [
    ...(ingressRate > 0
      ? [{ op: "shaper.set", in: "node", link, ...bucketOf(ingressRate, ingressBurst, mtu) } as const]
      : []),
    ...(egressRate > 0
      ? ([
          { op: "link.add-ifb", in: "node", name: between, mtu },
          { op: "link.set", in: "node", name: between, up: true },
          { op: "shaper.set", in: "node", link: between, ...bucketOf(egressRate, egressBurst, mtu) },
          { op: "redirect.set", in: "node", link, to: between },
        ] as const)
      : []),
  ];
}

/** What must be looked at to find those of these pods that are not limited as they shall be. */
export const whatToShape = (pods: readonly ShapedPod[]): Observation => ({
  links: "all",
  shapers: true,
  redirects: pods.filter(({ bandwidth }) => bandwidth.egressRate > 0).map(({ key }) => linkNameOf(key)),
});

/** What limits each of these pods that is not limited so. */
export function planShapers(found: KernelState, pods: readonly ShapedPod[]): readonly Operation[] {
  const shapers = new Map(found.shapers.map((shaper) => [shaper.link, shaper]));
  const up = new Set(found.links.filter((link) => link.up).map(({ name }) => name));
  const redirects = new Set(found.redirects);
  const isSet = (operation: Operation): boolean => {
    if (operation.op === "shaper.set") return isSame(shapers.get(operation.link), operation);
    if (operation.op === "link.set") return up.has(operation.name);
    return operation.op !== "redirect.set" || redirects.has(operation.link);
  };
  return pods.flatMap((pod) => {
    const plan = planShaping(pod);
    return plan.every(isSet) ? [] : plan;
  });
}

/** The kernel tells a burst by the time it takes, and rounds. */
const isSame = (a: ShaperPlan | undefined, b: ShaperPlan): boolean =>
  a !== undefined && a.rate === b.rate && Math.abs(a.burst - b.burst) <= b.burst / 100 + 16;

/** Runtimes that know no burst say the largest number they have, with which nothing would be limited for minutes. */
const noBurstBits = 2 ** 31 - 1;
const burstSeconds = 0.02;
const queueSeconds = 0.025;
/** A packet that is put together by the network card's offloading. */
const largestPacketBytes = 65_536;

/** In bytes. A bucket holds a whole packet at the least, or nothing would ever leave. */
function bucketOf(rateBits: number, burstBits: number, mtu: number): Pick<ShaperPlan, "rate" | "burst" | "queue"> {
  const rate = Math.max(1, Math.floor(rateBits / 8));
  const asked = burstBits <= 0 || burstBits >= noBurstBits ? rate * burstSeconds : burstBits / 8;
  const burst = Math.floor(Math.max(asked, mtu + etherHeaderBytes));
  const queue = Math.floor(Math.max(rate * queueSeconds, largestPacketBytes) + burst);
  return { rate, burst, queue: Math.min(queue, 0xffff_ffff) };
}

const etherHeaderBytes = 14;
