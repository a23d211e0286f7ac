import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { sized } from "../../../test/size.ts";
import { parseAddress, parseCidr } from "../../model/index.ts";
import type { KernelState } from "../kernel/model.ts";
import { routeOwner } from "../kernel/netlink/route.ts";
import { macOfNode } from "./far-end.ts";
import { type LocalNode, type RemoteNode, tunnel, tunnelSysctls } from "./model.ts";
import { planRoutes } from "./plan.ts";
import { applyTo } from "./testing/plain-kernel.ts";

const textsOf = (...texts: readonly string[]) =>
  fc.subarray([...texts]).map((some) => some.flatMap((text) => parseAddress(text) ?? []));

const node = fc.integer({ min: 2, max: 5 });

const remote = node.chain((number): fc.Arbitrary<RemoteNode> =>
  fc.record({
    name: fc.constant(`node-${number}`),
    podCidrs: fc
      .subarray([`10.244.${number}.0/24`, `fd00:10:244:${number}::/64`, `10.245.${number}.0/26`])
      .map((blocks) => blocks.map(parseCidr)),
    addresses: textsOf(
      `10.0.0.${number}`,
      `10.9.0.${number}`,
      `10.7.0.${number}`,
      `fd00::${number}`,
      `fd07::${number}`,
    ),
  }),
);
const remotes = fc.uniqueArray(remote, { selector: ({ name }) => name, maxLength: 4 });

const local: fc.Arbitrary<LocalNode> = fc.record({
  name: fc.constant("node-1"),
  addresses: textsOf("10.0.0.1", "10.255.0.1", "10.99.0.1", "fd00::1"),
  bridges: fc.constant(["cni-bridge0"]),
  gateways: textsOf("10.244.1.1", "10.245.1.1", "fd00:10:244:1::1"),
  tunnel: fc.constantFrom("where-needed", "always"),
});

const link = { kind: "veth", mac: "02:00:00:00:00:01", mtu: 1500, up: true, running: true };
const linkName = fc.constantFrom(tunnel.name, "eth0", "eth1", "cni-bridge0");
const mac = fc.oneof(
  node.map((number) => macOfNode(`node-${number}`)),
  fc.constantFrom("02:00:00:00:00:07", "33:33:00:00:00:01"),
);
const far = fc.oneof(
  node.map((number) => `10.0.0.${number}`),
  node.map((number) => `10.7.0.${number}`),
);
const target = fc.oneof(
  node.map((number) => ({ destination: `10.244.${number}.0`, bits: 24 })),
  node.map((number) => ({ destination: `10.245.${number}.0`, bits: 26 })),
  node.map((number) => ({ destination: `fd00:10:244:${number}::`, bits: 64 })),
);
const route = fc
  .record({
    target,
    via: far,
    link: linkName,
    // Of the same preference there is one route to a block; Heddle's have the first.
    origin: fc.constantFrom({ protocol: routeOwner }, { protocol: 4 }, { protocol: 4, priority: 100 }),
  })
  // Whoever leads packets into Heddle's own link loses the route with it.
  .filter((one) => one.link !== tunnel.name || one.origin.protocol === routeOwner)
  .map(({ target: where, origin, ...rest }) => ({ ...rest, ...where, ...origin, table: 254 }));
const address = fc.record({
  link: linkName,
  address: fc.constantFrom("10.0.0.1", "10.9.0.1", "fd00::1", "10.244.1.1", "10.244.7.1", "10.255.0.1"),
  bits: fc.constantFrom(24, 32),
  scope: fc.constantFrom("global" as const, "link" as const),
  tentative: fc.constant(false),
  duplicate: fc.constant(false),
});
const neighbourAddress = fc.oneof(
  node.map((number) => `10.244.${number}.0`),
  fc.constantFrom("fe80::1", "ff02::1", "10.244.1.10"),
);

/** Whatever was before: of this tunnel, of another, of other programs. */
const state: fc.Arbitrary<KernelState> = fc
  .record({
    isUp: fc.boolean(),
    vxlan: fc.option(
      fc.record({
        local: fc.constantFrom("10.0.0.1", "10.9.0.1"),
        link: fc.constantFrom("eth0", "eth1"),
        up: fc.boolean(),
      }),
      { nil: undefined },
    ),
    addresses: fc.uniqueArray(address, { selector: (one) => `${one.link} ${one.address}/${one.bits}`, maxLength: 8 }),
    routes: fc.uniqueArray(route, {
      selector: (one) => `${one.destination} ${"priority" in one ? one.priority : 0}`,
      maxLength: 8,
    }),
    hasDefault: fc.boolean(),
    neighbours: fc.uniqueArray(fc.record({ link: linkName, address: neighbourAddress, mac, permanent: fc.boolean() }), {
      selector: (one) => `${one.link} ${one.address}`,
      maxLength: 8,
    }),
    forwarding: fc.array(
      fc.record({ link: linkName, mac, to: fc.option(far, { nil: undefined }), permanent: fc.constant(true) }),
      { maxLength: 8 },
    ),
    sysctl: fc.constantFrom("0", "1", "2"),
  })
  .map(({ isUp, vxlan, hasDefault, sysctl, ...rest }) => {
    const exists = (one: Readonly<{ link?: string }>): boolean => vxlan !== undefined || one.link !== tunnel.name;
    const theTunnel = vxlan && {
      ...link,
      index: 9,
      name: tunnel.name,
      kind: "vxlan",
      mac: macOfNode("node-1"),
      up: vxlan.up,
      vxlan: { id: tunnel.id, port: tunnel.port, local: vxlan.local, link: vxlan.link },
    };
    const defaultRoute = { destination: "0.0.0.0", bits: 0, via: "10.0.0.254", link: "eth0", table: 254, protocol: 3 };
    return {
      links: [
        { ...link, index: 1, name: "lo", kind: "" },
        { ...link, index: 2, name: "eth0" },
        { ...link, index: 3, name: "eth1", up: isUp },
        { ...link, index: 4, name: "cni-bridge0", kind: "bridge" },
        ...(theTunnel ? [theTunnel] : []),
      ],
      addresses: rest.addresses.filter(exists),
      routes: [...rest.routes.filter(exists), ...(hasDefault ? [defaultRoute] : [])],
      neighbours: rest.neighbours.filter(exists),
      forwarding: rest.forwarding.filter(exists),
      shapers: [],
      sysctls: new Map(
        theTunnel ? Object.values(tunnelSysctls).flatMap((keys) => Object.keys(keys).map((key) => [key, sysctl])) : [],
      ),
    };
  });

/** What is neither Heddle's nor goes by its tunnel. */
const ofOthers = ({ links, addresses, routes, neighbours, forwarding }: KernelState) => ({
  links: links.filter(({ name }) => name !== tunnel.name),
  routes: routes.filter((one) => one.link !== tunnel.name && one.protocol !== routeOwner),
  rest: [addresses, neighbours, forwarding].map((each) => each.filter((one) => one.link !== tunnel.name)),
});

const scene = fc.record({ here: local, before: remotes, others: remotes, found: state });
const numRuns = sized({ small: 500, full: 20_000 });

const carriedOut = (...[here, others, found]: Parameters<typeof planRoutes>): KernelState =>
  applyTo(
    found,
    planRoutes(here, others, found).steps.flatMap(({ operations }) => operations),
  );

describe("a plan of routes that was carried out", () => {
  it("leaves nothing to do, whatever the kernel had, and the ways as they were planned", () => {
    fc.assert(
      fc.property(scene, ({ here, others, found }) => {
        const { ways } = planRoutes(here, others, found);
        assert.deepEqual(planRoutes(here, others, carriedOut(here, others, found)), { ways, steps: [] });
      }),
      { numRuns },
    );
  });

  it("leads to other nodes than before as if those had never been", () => {
    fc.assert(
      fc.property(scene, ({ here, before, others, found }) => {
        const since = carriedOut(here, others, carriedOut(here, before, found));
        const { ways } = planRoutes(here, others, found);
        assert.deepEqual(planRoutes(here, others, since), { ways, steps: [] });
      }),
      { numRuns },
    );
  });

  it("left alone what is not Heddle's", () => {
    fc.assert(
      fc.property(scene, ({ here, others, found }) => {
        assert.deepEqual(ofOthers(carriedOut(here, others, found)), ofOthers(found));
      }),
      { numRuns },
    );
  });
});
