import type { Operation, OperationResult } from "./model.ts";
import { deleteAddress, newAddress } from "./netlink/address.ts";
import { deleteLink, newLink, setLink } from "./netlink/link.ts";
import type { Message } from "./netlink/message.ts";
import { deleteForwarding, deleteNeighbour, replaceForwarding, replaceNeighbour } from "./netlink/neighbour.ts";
import { deleteRoute, replaceRoute } from "./netlink/route.ts";
import { SystemRefusal } from "./netlink-socket.ts";
import type { Ground } from "./ground.ts";

/** The two namespaces of a batch. */
export type Grounds = Readonly<{ node: Ground; pod: Ground | undefined }>;

const changed: OperationResult = { changed: true };
const unchanged: OperationResult = { changed: false };

/** Does one operation to its end. Throws a SystemRefusal. */
export function execute(operation: Operation, grounds: Grounds): OperationResult {
  if (operation.op === "link.add-veth") return addVeth(operation, grounds);
  const ground = groundOf(operation.in, grounds);
  switch (operation.op) {
    case "link.add-bridge":
    case "link.add-vxlan":
    case "link.add-ifb":
      return addLink(operation, ground);
    case "link.set":
      return setLinkOf(operation, ground);
    case "link.delete":
      return ifPresent(() => ground.ask(deleteLink(ground.indexOf(operation.name))), ["ENODEV"]);
    case "address.add":
      return ifAbsent(() => ground.ask(newAddress({ ...operation, link: ground.indexOf(operation.link) })));
    case "address.delete":
      return ifPresent(
        () => ground.ask(deleteAddress({ ...operation, link: ground.indexOf(operation.link) })),
        ["ENODEV", "EADDRNOTAVAIL"],
      );
    case "route.replace":
      return done(ground, replaceRoute(routeOf(operation, ground)));
    case "route.delete":
      return ifPresent(() => ground.ask(deleteRoute(routeOf(operation, ground))), ["ENODEV", "ESRCH"]);
    case "neighbour.replace":
      return done(ground, replaceNeighbour({ ...operation, link: ground.indexOf(operation.link) }));
    case "neighbour.delete":
      return ifPresent(
        () => ground.ask(deleteNeighbour({ ...operation, link: ground.indexOf(operation.link) })),
        ["ENODEV", "ENOENT"],
      );
    case "forwarding.replace":
      return done(ground, replaceForwarding({ ...operation, link: ground.indexOf(operation.link) }));
    case "forwarding.delete":
      return ifPresent(
        () => ground.ask(deleteForwarding({ ...operation, link: ground.indexOf(operation.link) })),
        ["ENODEV", "ENOENT"],
      );
    case "sysctl.set":
      return setSysctl(operation, ground);
  }
}

function groundOf(place: "node" | "pod", { node, pod }: Grounds): Ground {
  if (place === "node") return node;
  if (pod === undefined) throw new SystemRefusal("EINVAL", "the batch names no network namespace of a pod");
  return pod;
}

function done(ground: Ground, message: Message): OperationResult {
  ground.ask(message);
  return changed;
}

/** Refusals in `gone` mean that there is nothing to delete. */
function ifPresent(act: () => unknown, gone: readonly string[]): OperationResult {
  return unlessRefused(act, gone);
}

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

type Of<Op extends Operation["op"]> = Extract<Operation, { op: Op }>;

function addVeth({ node: end, pod: peer, bridge, mtu }: Of<"link.add-veth">, { node, pod }: Grounds): OperationResult {
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
  operation: Of<"link.add-bridge" | "link.add-vxlan" | "link.add-ifb">,
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
          link: ground.indexOf(operation.link),
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

function setLinkOf({ name, bridge, ...change }: Of<"link.set">, ground: Ground): OperationResult {
  const master = bridge === undefined ? undefined : ground.indexOf(bridge);
  return done(ground, setLink(ground.indexOf(name), { ...change, master }));
}

const routeOf = (
  operation: Of<"route.replace" | "route.delete">,
  ground: Ground,
): Parameters<typeof replaceRoute>[0] => ({
  ...operation,
  link: operation.link === undefined ? undefined : ground.indexOf(operation.link),
});

/** Writes only what differs: where /proc/sys is mounted read-only, what is right already is no failure. */
function setSysctl({ key, value }: Of<"sysctl.set">, ground: Ground): OperationResult {
  if (key.split("/").some((part) => part === "" || part === "." || part === ".."))
    throw new SystemRefusal("EINVAL", `${key} is no path below /proc/sys`);
  return ground.writeSysctl(key, value) ? changed : unchanged;
}
