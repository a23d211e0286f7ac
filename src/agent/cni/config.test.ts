import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatAddress, formatCidr } from "../../model/index.ts";
import { parseConfig } from "./config.ts";
import { cniCodes, CniError } from "./errors.ts";
import { heddleConfig } from "./testing/calls.ts";

/** The example with some of ipam's fields changed; undefined takes a field away. */
const withIpam = (changes: Readonly<Record<string, unknown>>) => {
  const { ipam } = heddleConfig() as { ipam: object };
  return heddleConfig({ ipam: JSON.parse(JSON.stringify({ ...ipam, ...changes })) });
};

const lone = { subnet: undefined, rangeStart: undefined, rangeEnd: undefined, gateway: undefined, routes: undefined };
const heddle = (changes: object) => heddleConfig({ heddle: changes });
const runtime = (changes: object) => heddleConfig({ runtimeConfig: changes });

describe("a network's configuration", () => {
  it("is the one that Heddle installs", () => {
    const { config, runtime } = parseConfig(heddleConfig());
    assert.deepEqual(runtime, {});
    const [[range] = []] = config.rangeSets;
    assert.ok(range?.first && range.last && range.gateway);
    assert.equal(formatCidr(range.subnet), "10.244.0.0/16");
    assert.deepEqual([range.first, range.last, range.gateway].map(formatAddress), [
      "10.244.1.10",
      "10.244.254.254",
      "10.244.0.1",
    ]);
    assert.deepEqual(
      config.routes.map(({ dst }) => formatCidr(dst)),
      ["0.0.0.0/0", "10.96.0.0/12"],
    );
    const { name, bridge, mtu, databasePath, clusterId, qosClass, tunnel } = config;
    assert.deepEqual(
      { name, bridge, mtu, databasePath, clusterId, qosClass, tunnel },
      {
        name: "heddle",
        bridge: "cni-bridge0",
        mtu: 0,
        databasePath: "/var/lib/heddle/agent.db",
        clusterId: "cluster-1",
        qosClass: "best-effort",
        tunnel: "where-needed",
      },
    );
  });

  it("needs no more than a name, a type and a subnet", () => {
    const { config } = parseConfig({
      name: "n",
      type: "heddle-cni",
      ipam: { type: "host-local", subnet: "10.0.0.0/24" },
    });
    assert.equal(config.bridge, "cni-bridge0");
    assert.equal(config.databasePath, undefined);
  });

  it("gives each family a list of ranges, beside a subnet too", () => {
    const ranges = [[{ subnet: "fd00:10:244::/56" }], [{ subnet: "10.2.0.0/24" }, { subnet: "10.3.0.0/24" }]];
    const { config } = parseConfig(withIpam({ ranges, routes: [{ dst: "::/0" }] }));
    assert.deepEqual(
      config.rangeSets.map((set) => set.map(({ subnet }) => formatCidr(subnet))),
      [["10.244.0.0/16"], ["fd00:10:244::/56"], ["10.2.0.0/24", "10.3.0.0/24"]],
    );
    assert.equal(parseConfig(withIpam({ ...lone, ranges })).config.rangeSets.length, 2);
  });

  it("takes what the specification says of a route, and two routes to one destination that differ in priority", () => {
    const one = { dst: "0.0.0.0/0", mtu: 1400, advmss: 1340, priority: 7, table: 254, scope: 0 };
    const { routes } = parseConfig(withIpam({ routes: [one, { dst: "0.0.0.0/0" }] })).config;
    assert.deepEqual(
      routes.map(({ mtu, advmss, priority }) => [mtu, advmss, priority]),
      [
        [1400, 1340, 7],
        [undefined, undefined, undefined],
      ],
    );
  });

  it("leaves alone what the specification keeps for itself", () => {
    parseConfig(heddleConfig({ "cni.dev/valid-attachments": 7, args: { labels: [1] }, prevResult: "read elsewhere" }));
  });

  const faults: readonly (readonly [string, Record<string, unknown>, RegExp])[] = [
    ["a field that nobody knows", heddleConfig({ brigde: "x" }), /^brigde: "x": no such field; did you mean bridge\?$/],
    ["an unknown field of ipam", withIpam({ dataDir: "/x" }), /^ipam\.dataDir: "\/x": no such field$/],
    ["an unknown capability", heddleConfig({ capabilities: { dns: true } }), /^capabilities\.dns: true: no such field/],
    ["no ipam", heddleConfig({ ipam: undefined }), /^ipam: missing: expected an object$/],
    ["another plugin's ipam", withIpam({ type: "dhcp" }), /^ipam\.type: "dhcp": expected "host-local"/],
    [
      "a CIDR with host bits",
      withIpam({ subnet: "10.244.1.0/16" }),
      /^ipam\.subnet: 10\.244\.1\.0\/16 has bits set.*10\.244\.0\.0\/16/,
    ],
    [
      "a subnet too small",
      withIpam({ ...lone, subnet: "10.0.0.0/31" }),
      /^ipam\.subnet: .*too small for a gateway and pods/,
    ],
    [
      "a gateway outside of its subnet",
      withIpam({ gateway: "10.9.0.1" }),
      /^ipam\.gateway: "10\.9\.0\.1": lies outside of the subnet 10\.244\.0\.0\/16$/,
    ],
    ["a gateway of the other family", withIpam({ gateway: "fd00::1" }), /^ipam\.gateway: "fd00::1": lies outside/],
    [
      "a gateway that is the broadcast",
      withIpam({ gateway: "10.244.255.255" }),
      /^ipam\.gateway: .*is the broadcast address/,
    ],
    ["a range that begins outside", withIpam({ rangeStart: "10.1.0.1" }), /^ipam\.rangeStart: .*lies outside/],
    [
      "a range that begins at the subnet's own name",
      withIpam({ rangeStart: "10.244.0.0" }),
      /^ipam\.rangeStart: .*names the subnet/,
    ],
    [
      "a range the wrong way round",
      withIpam({ rangeEnd: "10.244.1.9" }),
      /^ipam\.rangeEnd: "10\.244\.1\.9": lies before rangeStart, 10\.244\.1\.10$/,
    ],
    ["no subnet", withIpam(lone), /^ipam\.subnet: missing: give a subnet/],
    [
      "a gateway without its subnet",
      withIpam({ subnet: undefined }),
      /ipam\.gateway: "10\.244\.0\.1": needs a subnet beside it/,
    ],
    [
      "a gateway beside ranges",
      withIpam({ ...lone, gateway: "10.2.0.1", ranges: [[{ subnet: "10.2.0.0/24" }]] }),
      /^ipam\.gateway: "10\.2\.0\.1": belongs into an entry of ranges$/,
    ],
    [
      "overlapping ranges",
      withIpam({ ...lone, ranges: [[{ subnet: "10.2.0.0/24" }, { subnet: "10.2.0.0/25" }]] }),
      /^ipam\.ranges\[0\]\[1\]\.subnet: "10\.2\.0\.0\/25": shares addresses with 10\.2\.0\.0 to 10\.2\.0\.255/,
    ],
    [
      "ranges that overlap from list to list",
      withIpam({ ranges: [[{ subnet: "10.244.2.0/24" }]] }),
      /^ipam\.ranges\[0\]\[0\]\.subnet: .*shares addresses with 10\.244\.1\.10 to 10\.244\.254\.254/,
    ],
    [
      "two families in one list",
      withIpam({ ...lone, ranges: [[{ subnet: "10.2.0.0/24" }, { subnet: "fd00::/64" }]] }),
      /^ipam\.ranges\[0\]\[1\]\.subnet: .*of another family/,
    ],
    ["an empty list of ranges", withIpam({ ...lone, ranges: [[]] }), /^ipam\.ranges\[0\]: .*expected a list/],
    [
      "a route to host bits",
      withIpam({ routes: [{ dst: "10.96.0.1/12" }] }),
      /^ipam\.routes\[0\]\.dst: 10\.96\.0\.1\/12 has bits set/,
    ],
    [
      "a route of a family without range",
      withIpam({ routes: [{ dst: "::/0" }] }),
      /^ipam\.routes\[0\]\.dst: .*there is no IPv6 range/,
    ],
    [
      "a route by a strange gateway",
      withIpam({ routes: [{ dst: "0.0.0.0/0", gw: "192.0.2.1" }] }),
      /^ipam\.routes\[0\]\.gw: .*lies in no IPv4 subnet/,
    ],
    [
      "a route's field that nobody knows",
      withIpam({ routes: [{ dst: "0.0.0.0/0", metric: 5 }] }),
      /^ipam\.routes\[0\]\.metric: 5: no such field$/,
    ],
    [
      "a route's table",
      withIpam({ routes: [{ dst: "0.0.0.0/0", table: 100 }] }),
      /^ipam\.routes\[0\]\.table: 100: expected 254 or nothing/,
    ],
    [
      "a route's scope",
      withIpam({ routes: [{ dst: "0.0.0.0/0", scope: 253 }] }),
      /^ipam\.routes\[0\]\.scope: 253: expected 0 or nothing/,
    ],
    [
      "a route's MTU that IPv6 cannot do with",
      withIpam({ ...lone, ranges: [[{ subnet: "fd00::/64" }]], routes: [{ dst: "::/0", mtu: 1000 }] }),
      /^ipam\.routes\[0\]\.mtu: 1000: IPv6 needs at least 1280$/,
    ],
    [
      "two routes to one destination",
      withIpam({ routes: [{ dst: "0.0.0.0/0" }, { dst: "0.0.0.0/0" }] }),
      /^ipam\.routes\[1\]\.dst: .*routes\[0\] already/,
    ],
    [
      "a bridge with a name too long",
      heddleConfig({ bridge: "a-bridge-of-names" }),
      /^bridge: "a-bridge-of-names": expected the name of an interface/,
    ],
    ["an MTU that no link has", heddleConfig({ mtu: 12 }), /^mtu: 12: expected 0/],
    [
      "an MTU too small for IPv6",
      { ...withIpam({ ranges: [[{ subnet: "fd00::/64" }]] }), mtu: 1_000 },
      /^mtu: 1000: IPv6 needs at least 1280$/,
    ],
    [
      "policies, which nobody enforces yet",
      heddle({ enable_policy_enforcement: true }),
      /^heddle\.enable_policy_enforcement: true: this version does not enforce policies/,
    ],
    [
      "a class of traffic that there is not",
      heddle({ default_qos_class: "gold" }),
      /^heddle\.default_qos_class: "gold": expected one of latency-sensitive, throughput, best-effort$/,
    ],
    [
      "a database beside nothing",
      heddle({ database: "agent.db" }),
      /^heddle\.database: "agent\.db": expected an absolute path$/,
    ],
    [
      "a cluster id in capitals",
      heddle({ cluster_id: "Cluster" }),
      /^heddle\.cluster_id: "Cluster": expected a DNS label/,
    ],
    [
      "a capability of no known shape",
      runtime({ mac: "01:00:5e:00:00:01" }),
      /^runtimeConfig\.mac: "01:00:5e:00:00:01": expected the MAC/,
    ],
    [
      "a port that there is not",
      runtime({ portMappings: [{ hostPort: 70_000, containerPort: 80 }] }),
      /^runtimeConfig\.portMappings\[0\]\.hostPort: 70000: expected a whole number from 0 to 65535$/,
    ],
    [
      "one port of the node for two of the pod",
      runtime({
        portMappings: [
          { hostPort: 80, containerPort: 80 },
          { hostPort: 80, containerPort: 81, protocol: "TCP", hostIP: "192.0.2.1" },
        ],
      }),
      /^runtimeConfig\.portMappings\[1\]\.hostPort: 80: given in portMappings\[0\] already$/,
    ],
    [
      "a rate without a burst",
      runtime({ bandwidth: { ingressRate: 1_000 } }),
      /^runtimeConfig\.bandwidth\.ingressBurst: a rate of 1000 needs a burst above 0$/,
    ],
    [
      "an asked address that is none",
      runtime({ ips: ["ten"] }),
      /^runtimeConfig\.ips\[0\]: "ten": expected an address/,
    ],
    [
      "annotations that are no text",
      runtime({ "io.kubernetes.cri.pod-annotations": { a: 1 } }),
      /^runtimeConfig\["io\.kubernetes\.cri\.pod-annotations"\]\.a: 1: expected text$/,
    ],
    [
      "addresses asked by args that are none",
      heddleConfig({ args: { cni: { ips: [7] } } }),
      /^args\.cni\.ips\[0\]: 7: expected an address/,
    ],
  ];
  for (const [name, json, details] of faults)
    it(`is refused for ${name}, with the path of it`, () => {
      assert.throws(
        () => parseConfig(json),
        (error) => {
          assert.ok(error instanceof CniError);
          assert.equal(error.cniCode, cniCodes.invalidConfig);
          assert.match(error.text, details);
          return true;
        },
      );
    });

  it("is told everything that is wrong at once", () => {
    assert.throws(
      () => parseConfig(withIpam({ gateway: "10.9.0.1", rangeEnd: "10.9.0.9" })),
      (error) =>
        error instanceof CniError &&
        /ipam\.gateway: .*; ipam\.rangeEnd|ipam\.rangeEnd: .*; ipam\.gateway/.test(error.text),
    );
  });

  it("does not repeat a long value", () => {
    assert.throws(
      () => parseConfig(heddleConfig({ bridge: "b".repeat(5_000) })),
      (error) => error instanceof CniError && error.text.length < 300,
    );
  });
});
