import type { Element, ObservedTable, Operation } from "../kernel/model.ts";
import { elementOf, elementsOf, type Entry } from "./elements.ts";
import type { NodeRules, PodPorts } from "./model.ts";

/**
 * Opens a pod's host ports; refused with EEXIST where a port is another pod's. A sender of UDP that never pauses is led
 * for ever where its first packet was, so what is known of such senders is forgotten.
 */
export const planOpen = (pod: PodPorts): readonly Operation[] => [
  ...elementsOf(pod).map((element): Operation => ({ op: "element.add", in: "node", ...element })),
  ...planForget(pod),
];

const udp = 17;

function planForget({ addresses, ports }: PodPorts): readonly Operation[] {
  const families = [...new Set(addresses.map(({ family }) => family))];
  return ports
    .filter(({ protocol }) => protocol === "udp")
    .flatMap(({ hostPort: port }) =>
      families.map((family): Operation => ({ op: "flows.forget", in: "node", family, protocol: udp, port })),
    );
}

/** Closes a pod's host ports, of which some may be closed already. */
export const planClose = (pod: PodPorts): readonly Operation[] =>
  elementsOf(pod).map((element): Operation => ({ op: "element.delete", in: "node", ...element }));

/** What the rules need of the node besides: a packet of its loopback may leave by a bridge, to a pod's host port. */
export const planSurroundings = ({ bridges }: NodeRules): readonly Operation[] =>
  bridges.map((bridge) => ({
    op: "sysctl.set",
    in: "node",
    key: `net/ipv4/conf/${bridge}/route_localnet`,
    value: "1",
  }));

/** What makes the table's elements these, given what was observed: what leads elsewhere goes before what comes. */
export function planElements(found: ObservedTable, entries: readonly Entry[]): readonly Operation[] {
  const wanted = new Map(entries.map(elementOf).map((element) => [keyOf(element), element]));
  const present = new Map(found.elements.map((element) => [keyOf(element), element]));
  const differs = (one: Element, other: Element | undefined): boolean =>
    other === undefined || !Buffer.from(one.data ?? []).equals(Buffer.from(other.data ?? []));
  return [
    ...[...present]
      .filter(([key, element]) => differs(element, wanted.get(key)))
      .map(([, element]): Operation => ({ op: "element.delete", in: "node", ...element })),
    ...[...wanted]
      .filter(([key, element]) => differs(element, present.get(key)))
      .map(([, element]): Operation => ({ op: "element.add", in: "node", ...element })),
  ];
}

const keyOf = ({ set, key }: Element): string => `${set} ${Buffer.from(key).toString("hex")}`;
