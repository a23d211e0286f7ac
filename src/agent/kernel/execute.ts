import type { Operation, OperationOf, OperationResult } from "./model.ts";
import { deleteAddress, newAddress } from "./netlink/address.ts";
import { deleteFlow, dumpFlows, flowSentTo } from "./netlink/conntrack.ts";
import { deleteLink, newLink, setLink } from "./netlink/link.ts";
import type { Message } from "./netlink/message.ts";
import { deleteForwarding, deleteNeighbour, replaceForwarding, replaceNeighbour } from "./netlink/neighbour.ts";
import { addElement, deleteElement } from "./netlink/nftables.ts";
import { addClsact, replaceIngressProgram, replaceShaper } from "./netlink/qdisc.ts";
import { deleteRoute, replaceRoute } from "./netlink/route.ts";
import { SystemRefusal } from "./netlink-socket.ts";
import type { Ground } from "./ground.ts";

/** The two namespaces of a batch. */
export type Grounds = Readonly<{ node: Ground; pod: Ground | undefined }>;

const changed: OperationResult = { changed: true };
const unchanged: OperationResult = { changed: false };

type Executors = {
  readonly [Op in Operation["op"]]: (operation: OperationOf<Op>, ground: Ground, grounds: Grounds) => OperationResult;
};

const executors: Executors = {
  "link.add-veth": (operation, _, grounds) => addVeth(operation, grounds),
  "link.add-bridge": addLink,
  "link.add-vxlan": addLink,
  "link.add-ifb": addLink,
  "link.set": setLinkOf,
  "link.delete": ({ name }, ground) => ifPresent(() => ground.ask(deleteLink(ground.indexOf(name))), []),
  "link.settle": ({ name }, ground) => ({ changed: ground.find(name)?.running === true }),
  "address.add": (operation, ground) => ifAbsent(() => ground.ask(newAddress(numbered(operation, ground)))),
  "address.delete": (operation, ground) =>
    ifPresent(() => ground.ask(deleteAddress(numbered(operation, ground))), ["EADDRNOTAVAIL"]),
  "route.replace": (operation, ground) => done(ground, replaceRoute(routeOf(operation, ground))),
  "route.delete": (operation, ground) =>
    ifPresent(() => ground.ask(deleteRoute(routeOf(operation, ground))), ["ESRCH"]),
  "neighbour.replace": (operation, ground) => done(ground, replaceNeighbour(numbered(operation, ground))),
  "neighbour.delete": (operation, ground) =>
    ifPresent(() => ground.ask(deleteNeighbour(numbered(operation, ground))), ["ENOENT"]),
  "forwarding.replace": (operation, ground) => done(ground, replaceForwarding(numbered(operation, ground))),
  "forwarding.delete": (operation, ground) =>
    ifPresent(() => ground.ask(deleteForwarding(numbered(operation, ground))), ["ENOENT"]),
  "shaper.set": (operation, ground) => done(ground, replaceShaper(numbered(operation, ground))),
  "redirect.set": redirect,
  "flows.forget": forgetFlows,
  "element.add": addToSet,
  "element.delete": (operation, ground) => ifPresent(() => ground.commit(deleteElement(operation)), ["ENOENT"]),
  "sysctl.set": setSysctl,
};

/** Does one operation to its end. Throws a SystemRefusal. */
export function execute(operation: Operation, grounds: Grounds): OperationResult {
  const ground = operation.op === "link.add-veth" ? grounds.node : groundOf(operation.in, grounds);
  // TypeScript does not see that the operation is its own executor's.
  const executor = executors[operation.op] as (
    operation: Operation,
    ground: Ground,
    grounds: Grounds,
  ) => OperationResult;
  return executor(operation, ground, grounds);
}

/** With the number of the link that it names. */
const numbered = <T extends { readonly link: string }>(
  operation: T,
  ground: Ground,
): Omit<T, "link"> & { link: number } => ({
  ...operation,
  link: ground.indexOf(operation.link),
});

const indexIfNamed = (link: string | undefined, ground: Ground): number | undefined =>
  link === undefined ? undefined : ground.indexOf(link);

/** The namespace that an operation runs in. Throws a SystemRefusal where the batch names none of a pod. */
export function groundOf(place: "node" | "pod", { node, pod }: Grounds): Ground {
  if (place === "node") return node;
  if (pod === undefined) throw new SystemRefusal("EINVAL", "the batch names no network namespace of a pod");
  return pod;
}

function done(ground: Ground, message: Message): OperationResult {
  ground.ask(message);
  return changed;
}

/** Refusals in `gone`, and that the link is gone, mean that there is nothing to delete. */
const ifPresent = (act: () => unknown, gone: readonly string[]): OperationResult =>
  unlessRefused(act, ["ENODEV", ...gone]);

const ifAbsent = (act: () => unknown): OperationResult => unlessRefused(act, ["EEXIST"]);

function unlessRefused(act: () => unknown, errnos: readonly string[]): OperationResult {
  try {
    act();
    return changed;
  } catch (error) {
    if (error instanceof SystemRefusal && errnos.includes(error.errno)) return unchanged;
    throw error;
  }
}

function addVeth(
  { node: end, pod: peer, bridge, mtu }: OperationOf<"link.add-veth">,
  { node, pod }: Grounds,
): OperationResult {
  const inside = groundOf("pod", { node, pod });
  const kind = {
    kind: "veth",
    namespaceFd: inside.namespaceFd,
    peer: { name: peer.name, mac: peer.mac, mtu },
  } as const;
  const master = bridge === undefined ? undefined : node.indexOf(bridge);
  try {
    node.ask(newLink({ name: end.name, mac: end.mac, mtu, up: true, master, kind }));
  } catch (error) {
    if (!(error instanceof SystemRefusal) || error.errno !== "EEXIST") throw error;
    const where = inside.find(peer.name) === undefined ? `${end.name} on the node` : `${peer.name} in the pod`;
    throw new SystemRefusal("EEXIST", `an interface ${where} exists already`);
  }
  return changed;
}

/** What exists under the name and is of the same kind is taken as it is: `link.set` follows where it matters. */
function addLink(
  operation: OperationOf<"link.add-bridge" | "link.add-vxlan" | "link.add-ifb">,
  ground: Ground,
): OperationResult {
  const { op, name, mtu } = operation;
  const kind =
    op === "link.add-vxlan"
      ? ({
          kind: "vxlan",
          id: operation.id,
          port: operation.port,
          local: operation.local,
          link: indexIfNamed(operation.link, ground),
        } as const)
      : ({ kind: op === "link.add-bridge" ? "bridge" : "ifb" } as const);
  const mac = op === "link.add-ifb" ? undefined : operation.mac;
  const result = ifAbsent(() => ground.ask(newLink({ name, mtu, mac, kind })));
  if (result.changed) return result;
  const found = ground.find(name);
  if (found !== undefined && found.kind !== kind.kind)
    throw new SystemRefusal("EEXIST", `${name} exists already and is no ${kind.kind} but ${found.kind || "hardware"}`);
  return result;
}

/**
 * Only what differs: to set the MAC that a bridge has already makes the kernel forget every neighbour on it, the
 * permanent ones too.
 */
function setLinkOf({ name, bridge, port, ...wanted }: OperationOf<"link.set">, ground: Ground): OperationResult {
  const found = ground.find(name);
  if (found === undefined) throw new SystemRefusal("ENODEV", `there is no link ${name}`);
  const master = bridge === undefined ? undefined : ground.indexOf(bridge);
  const { up, mtu, mac, alias } = wanted;
  const change = {
    ...differing({ up, mtu, mac, alias, master }, found),
    ...(port !== undefined && Object.keys(differing(port, found.port ?? {})).length > 0 ? { port } : {}),
  };
  return Object.keys(change).length === 0 ? unchanged : done(ground, setLink(found.index, change));
}

/** The members that are wanted and are not so. */
const differing = <T extends object>(wanted: T, found: Partial<T>): Partial<T> =>
  Object.fromEntries(
    Object.entries(wanted).filter(([name, value]) => value !== undefined && Reflect.get(found, name) !== value),
  ) as Partial<T>;

/** A kernel that does not tell of its flows says EINVAL: then they end when they pause. */
function forgetFlows(sentTo: OperationOf<"flows.forget">, ground: Ground): OperationResult {
  let forgotten = 0;
  unlessRefused(() => {
    const flows = ground.dumpFilter(dumpFlows(sentTo)).flatMap((reply) => flowSentTo(reply, sentTo) ?? []);
    for (const flow of flows)
      if (ifPresent(() => ground.askFilter(deleteFlow(sentTo.family, flow)), ["ENOENT"]).changed) forgotten++;
  }, ["EINVAL", "EOPNOTSUPP"]);
  return { changed: forgotten > 0 };
}

/** Netfilter says EBUSY for a key that leads elsewhere, which is not what passes by waiting. */
function addToSet(operation: OperationOf<"element.add" | "element.delete">, ground: Ground): OperationResult {
  try {
    ground.commit(addElement(operation));
    return changed;
  } catch (error) {
    if (!(error instanceof SystemRefusal) || error.errno !== "EBUSY") throw error;
    throw new SystemRefusal("EEXIST", `${operation.set} leads elsewhere from this key`);
  }
}

/** The link's filter keeps the program; nobody else needs it. */
function redirect({ link, to }: OperationOf<"redirect.set">, ground: Ground): OperationResult {
  const index = ground.indexOf(link);
  ifAbsent(() => ground.ask(addClsact(index)));
  using program = ground.loadRedirect(ground.indexOf(to));
  return done(ground, replaceIngressProgram(index, { programFd: program.fd, name: "heddle_redirect" }));
}

const routeOf = (
  operation: OperationOf<"route.replace" | "route.delete">,
  ground: Ground,
): Parameters<typeof replaceRoute>[0] => ({
  ...operation,
  link: indexIfNamed(operation.link, ground),
});

/** Writes only what differs: where /proc/sys is mounted read-only, what is right already is no failure. */
function setSysctl({ key, value }: OperationOf<"sysctl.set">, ground: Ground): OperationResult {
  if (key.split("/").some((part) => part === "" || part === "." || part === ".."))
    throw new SystemRefusal("EINVAL", `${key} is no path below /proc/sys`);
  return ground.writeSysctl(key, value) ? changed : unchanged;
}
