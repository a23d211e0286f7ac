import assert from "node:assert/strict";
import type { KernelState, Operation, OperationOf } from "../../kernel/model.ts";
import { routeOwner } from "../../kernel/netlink/route.ts";
import { tunnelSysctls } from "../model.ts";

/** What the kernel has after these operations, of those that lead to other nodes. Fails where Linux would refuse one. */
export const applyTo = (state: KernelState, operations: readonly Operation[]): KernelState =>
  operations.reduce(applyOne, state);

function applyOne(state: KernelState, operation: Operation): KernelState {
  if ("link" in operation)
    assert.ok(
      operation.op.endsWith(".delete") || state.links.some(({ name }) => name === operation.link),
      `${operation.op} by ${operation.link}, which is not there`,
    );
  switch (operation.op) {
    case "link.add-vxlan":
      return withTunnel(state, operation);
    case "link.delete":
      return withoutLink(state, operation.name);
    case "link.set": {
      const { up, mtu, name } = operation;
      const set = { ...(up === undefined ? {} : { up }), ...(mtu === undefined ? {} : { mtu }) };
      return { ...state, links: state.links.map((one) => (one.name === name ? { ...one, ...set } : one)) };
    }
    case "sysctl.set":
      assert.ok(state.sysctls.has(operation.key), operation.key);
      return { ...state, sysctls: new Map([...state.sysctls, [operation.key, operation.value]]) };
    case "route.replace":
    case "route.delete":
      return { ...state, routes: routesAfter(state, operation) };
    default:
      return withEntry(state, operation);
  }
}

/** Entries of a link. */
function withEntry(state: KernelState, operation: Operation): KernelState {
  switch (operation.op) {
    case "address.add":
    case "address.delete": {
      const { link, address, bits } = operation;
      const rest = state.addresses.filter((one) => one.link !== link || one.address !== address || one.bits !== bits);
      const added = { link, address, bits, scope: "global", tentative: false, duplicate: false } as const;
      return { ...state, addresses: operation.op === "address.add" ? [...rest, added] : rest };
    }
    case "neighbour.replace":
    case "neighbour.delete": {
      const { link, address } = operation;
      const rest = state.neighbours.filter((one) => one.link !== link || one.address !== address);
      if (operation.op === "neighbour.delete") return { ...state, neighbours: rest };
      return { ...state, neighbours: [...rest, { link, address, mac: operation.mac, permanent: true }] };
    }
    case "forwarding.replace":
    case "forwarding.delete": {
      const { op, link, mac, to } = operation;
      const isReplaced = (one: Readonly<{ to?: string | undefined }>): boolean =>
        op === "forwarding.replace" || one.to === to;
      const rest = state.forwarding.filter((one) => one.link !== link || one.mac !== mac || !isReplaced(one));
      return {
        ...state,
        forwarding: op === "forwarding.replace" ? [...rest, { link, mac, to, permanent: true }] : rest,
      };
    }
    default:
      return assert.fail(`${operation.op} leads to no node`);
  }
}

/** Down, and set as the machine sets new links. */
function withTunnel(state: KernelState, operation: OperationOf<"link.add-vxlan">): KernelState {
  const { name, mac, mtu, id, port, local, link } = operation;
  assert.ok(!state.links.some((one) => one.name === name), `${name} is there already`);
  const added = {
    index: 99,
    kind: "vxlan",
    up: false,
    running: false,
    name,
    mac,
    mtu,
    vxlan: { id, port, local, link },
  };
  const sysctls = Object.values(tunnelSysctls).flatMap((keys) => Object.keys(keys).map((key) => [key, "new"] as const));
  return { ...state, links: [...state.links, added], sysctls: new Map(sysctls) };
}

/** What goes by a link goes with it. */
function withoutLink(state: KernelState, name: string): KernelState {
  const stays = (one: Readonly<{ link?: string }>): boolean => one.link !== name;
  return {
    ...state,
    links: state.links.filter((one) => one.name !== name),
    addresses: state.addresses.filter(stays),
    routes: state.routes.filter(stays),
    neighbours: state.neighbours.filter(stays),
    forwarding: state.forwarding.filter(stays),
    sysctls: new Map([...state.sysctls].filter(([key]) => !key.split("/").includes(name))),
  };
}

/** Of one preference there is one route to a block, whoever made it; the preferred one is deleted first. */
function routesAfter(
  { routes }: KernelState,
  { op, in: _, ...route }: OperationOf<"route.replace">,
): KernelState["routes"] {
  const { destination, bits, link, via } = route;
  const there = routes
    .filter((one) => one.destination === destination && one.bits === bits)
    .toSorted((a, b) => (a.priority ?? 0) - (b.priority ?? 0));
  const gone = there.find((one) =>
    op === "route.delete" ? one.link === link && one.via === via : one.priority === route.priority,
  );
  const rest = routes.filter((one) => one !== gone);
  return op === "route.delete" ? rest : [...rest, { ...route, table: 254, protocol: routeOwner }];
}
