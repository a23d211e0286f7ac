import type { KernelState, Observation, Operation, OperationOf, RoutePlan } from "../kernel/model.ts";
import { portMembers } from "../kernel/netlink/link.ts";
import { compareWay } from "./compare-way.ts";
import { differ } from "./differ.ts";
import type { Difference, PodLink } from "./model.ts";
import { linkNameOf } from "./names.ts";
import { planAttach } from "./pod-plan.ts";

/** What must be looked at to compare an attachment with how it shall be. */
export const whatToCompare = (pod: PodLink): Readonly<{ pod: Observation; node: Observation }> => ({
  pod: {
    netns: pod.netns,
    links: "all",
    addresses: true,
    routes: true,
    neighbours: pod.addresses.map(({ gateway }) => ({ link: pod.key.ifname, address: gateway })),
  },
  node: {
    links: [linkNameOf(pod.key), pod.bridge],
    addresses: true,
    routes: true,
    forwarding: true,
    neighbours: pod.addresses.map(({ address }) => ({ link: pod.bridge, address })),
  },
});

/** An attachment's two sides in the kernel. */
export type FoundAttachment = Readonly<{ pod: KernelState; node: KernelState }>;

/**
 * What of an attachment is not as its ADD made it, in the order of the ADD; then what keeps the node's packets from it.
 * Empty when nothing differs: the node's route leads to the bridge, its entry for the pod's address has the MAC of the
 * pod's interface, and the bridge sends that MAC out by the interface's other end. What a pod has beyond it (further
 * addresses, routes, links) is its own affair.
 */
export function compareAttachment(pod: PodLink, found: FoundAttachment): readonly Difference[] {
  return [
    ...planAttach(pod).operations.flatMap((operation) => compareOperation(operation, found)),
    ...compareWay(pod, found.node),
  ];
}

/** "the address of eth0 in the pod: expected 10.244.1.11/32, found none". */
export const describeDifference = ({ what, expected, found }: Difference): string =>
  `${what}: expected ${expected}, found ${found}`;

function compareOperation(operation: Operation, found: FoundAttachment): readonly Difference[] {
  if (operation.op === "link.add-veth") return compareVeth(operation, found);
  const state = operation.in === "pod" ? found.pod : found.node;
  const place = operation.in === "pod" ? "in the pod" : "on the node";
  switch (operation.op) {
    case "link.set":
      return compareSettings(operation, { state, place });
    case "address.add": {
      const { link, address, bits } = operation;
      const there = state.addresses.find((one) => one.link === link && one.address === address);
      const text = there && `${address}/${there.bits}${there.duplicate ? ", which another has" : ""}`;
      return differ(`the address of ${link} ${place}`, `${address}/${bits}`, text);
    }
    case "route.replace": {
      const { destination, bits, priority } = operation;
      const there = state.routes.filter(
        (one) => one.destination === destination && one.bits === bits && (priority ?? one.priority) === one.priority,
      );
      const texts = there.map((one) => routeText(one, operation));
      const expected = routeText(operation, operation);
      return differ(
        `the route to ${destination}/${bits} ${place}`,
        expected,
        texts.includes(expected) ? expected : texts[0],
      );
    }
    case "neighbour.replace": {
      const { link, address, mac } = operation;
      const there = state.neighbours.find((one) => one.link === link && one.address === address);
      const text = there && entryText(there.mac, there);
      return differ(`the neighbour ${address} of ${link} ${place}`, `${mac} for ever`, text);
    }
    case "forwarding.replace":
      return compareForwarding(operation, state.forwarding);
    default:
      return [];
  }
}

/** A MAC may have an entry of each bridge. */
function compareForwarding(
  { link, mac }: OperationOf<"forwarding.replace">,
  forwarding: KernelState["forwarding"],
): readonly Difference[] {
  const ofMac = forwarding.filter((one) => one.mac === mac && one.to === undefined);
  const there = ofMac.find((one) => one.link === link) ?? ofMac[0];
  return differ(`the port of ${mac} at its bridge`, `${link} for ever`, there && entryText(there.link, there));
}

const entryText = (leadsTo: string, { permanent }: Readonly<{ permanent: boolean }>): string =>
  `${leadsTo} ${permanent ? "for ever" : "for a while"}`;

/** What a route says of that which was asked for: a pod may set further metrics of its own. */
const routeText = (
  { link = "none", otherLinks = [], via, mtu, advmss }: RoutePlan & Readonly<{ otherLinks?: readonly string[] }>,
  asked: RoutePlan,
): string =>
  [
    `by ${[link, ...otherLinks].join(" and ")}`,
    ...(via === undefined ? [] : [`via ${via}`]),
    ...(asked.mtu === undefined ? [] : [`with MTU ${mtu ?? "none"}`]),
    ...(asked.advmss === undefined ? [] : [`with segments of ${advmss ?? "any length"}`]),
  ].join(" ");

function compareVeth(veth: OperationOf<"link.add-veth">, { pod, node }: FoundAttachment): readonly Difference[] {
  const inside = pod.links.find(({ name }) => name === veth.pod.name);
  const outside = node.links.find(({ name }) => name === veth.node.name);
  const [innerName, outerName] = [`${veth.pod.name} in the pod`, `${veth.node.name} on the node`];
  const paired = inside?.peer === outside?.index;
  return [
    ...(inside === undefined
      ? differ(innerName, "an interface", undefined)
      : [
          ...differ(`the kind of ${innerName}`, "veth", inside.kind || "hardware"),
          ...differ(`the MAC of ${innerName}`, veth.pod.mac, inside.mac),
          ...differ(`the MTU of ${innerName}`, String(veth.mtu), String(inside.mtu)),
        ]),
    ...(outside === undefined
      ? differ(outerName, "an interface", undefined)
      : [
          ...differ(`the other end of ${innerName}`, veth.node.name, paired ? veth.node.name : "another link"),
          ...differ(`the MTU of ${outerName}`, String(veth.mtu), String(outside.mtu)),
          ...differ(`the state of ${outerName}`, "up", outside.up ? "up" : "down"),
          ...differ(`the bridge of ${outerName}`, veth.bridge ?? "none", outside.bridge ?? "none"),
        ]),
  ];
}

/** A link that is missing is told once, by what makes it. */
function compareSettings(
  { name, up, port }: OperationOf<"link.set">,
  { state, place }: Readonly<{ state: KernelState; place: string }>,
): readonly Difference[] {
  const link = state.links.find((one) => one.name === name);
  if (link === undefined) return [];
  return [
    ...(up === true ? differ(`the state of ${name} ${place}`, "up", link.up ? "up" : "down") : []),
    ...portMembers.flatMap((setting) => {
      const expected = port?.[setting];
      if (expected === undefined || link.port === undefined) return [];
      return differ(`${setting} of ${name} ${place}`, onOff(expected), onOff(link.port[setting]));
    }),
  ];
}

const onOff = (value: boolean): string => (value ? "on" : "off");
