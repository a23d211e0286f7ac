import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatAddress } from "../../model/index.ts";
import { askedOf } from "./asked.ts";
import { parseQuantity } from "./bandwidth.ts";
import { parseCniArgs } from "./cni-args.ts";
import { parseConfig } from "./config.ts";
import { cniCodes, CniError } from "./errors.ts";
import { heddleConfig } from "./testing/calls.ts";

const asked = (changes: Readonly<Record<string, unknown>>, args = "") =>
  askedOf(parseConfig(heddleConfig(changes)), parseCniArgs(args));
const addresses = (changes: Readonly<Record<string, unknown>>, args = "") =>
  asked(changes, args).addresses.map(formatAddress);

describe("what a runtime asks for", () => {
  it("is nothing when it asks for nothing", () => {
    const nothing = {
      addresses: [],
      mac: undefined,
      portMappings: [],
      bandwidth: undefined,
      aliases: [],
      annotations: {},
    };
    assert.deepEqual(asked({}), nothing);
    assert.deepEqual(
      asked({ runtimeConfig: { ips: [], mac: "", bandwidth: {}, portMappings: null } }, "IP=;MAC="),
      nothing,
    );
  });

  it("is read as containerd writes it, with Go's names", () => {
    const { portMappings, bandwidth } = asked({
      runtimeConfig: {
        portMappings: [
          { HostPort: 8080, ContainerPort: 80, Protocol: "tcp", HostIP: "" },
          { HostPort: 53, ContainerPort: 53, Protocol: "UDP", HostIP: "192.0.2.1" },
          { HostPort: 53, ContainerPort: 54, Protocol: "tcp", HostIP: "0.0.0.0" },
          { HostPort: 0, ContainerPort: 81, Protocol: "tcp", HostIP: "" },
        ],
        bandwidth: { IngressRate: 1_000_000, IngressBurst: 4_294_967_295, EgressRate: 0, EgressBurst: 0 },
      },
    });
    assert.deepEqual(
      portMappings.map(({ hostIp, ...rest }) => ({ ...rest, hostIp: hostIp && formatAddress(hostIp) })),
      [
        { hostPort: 8080, containerPort: 80, protocol: "tcp", hostIp: undefined },
        { hostPort: 53, containerPort: 53, protocol: "udp", hostIp: "192.0.2.1" },
        { hostPort: 53, containerPort: 54, protocol: "tcp", hostIp: undefined },
      ],
    );
    assert.deepEqual(bandwidth, { ingressRate: 1_000_000, ingressBurst: 4_294_967_295, egressRate: 0, egressBurst: 0 });
  });

  it("is a bandwidth by the pod's annotations where the runtime passes on none", () => {
    const annotations = { "kubernetes.io/ingress-bandwidth": "10M", "kubernetes.io/egress-bandwidth": "1Gi" };
    const runtimeConfig = { "io.kubernetes.cri.pod-annotations": annotations };
    const burst = 4_294_967_295;
    const byAnnotations = {
      ingressRate: 10_000_000,
      ingressBurst: burst,
      egressRate: 1_073_741_824,
      egressBurst: burst,
    };
    assert.deepEqual(asked({ runtimeConfig }).bandwidth, byAnnotations);
    const bandwidth = { ingressRate: 1_000, ingressBurst: 1_000, egressRate: 0, egressBurst: 0 };
    assert.deepEqual(asked({ runtimeConfig: { ...runtimeConfig, bandwidth } }).bandwidth, bandwidth);
    assert.equal(asked({ runtimeConfig: { "io.kubernetes.cri.pod-annotations": {} } }).bandwidth, undefined);
    const { ingressRate, ingressBurst } =
      asked({ runtimeConfig: { "io.kubernetes.cri.pod-annotations": { "kubernetes.io/egress-bandwidth": "1k" } } })
        .bandwidth ?? {};
    assert.deepEqual([ingressRate, ingressBurst], [0, 0]);
  });

  for (const rate of ["fast", "10", "2P", "10 M", "-1M", ""])
    it(`is refused with code 7 when an annotation asks for a bandwidth of "${rate}"`, () => {
      const annotations = { "kubernetes.io/egress-bandwidth": rate };
      assert.throws(
        () => asked({ runtimeConfig: { "io.kubernetes.cri.pod-annotations": annotations } }),
        (error) =>
          error instanceof CniError &&
          error.cniCode === cniCodes.invalidConfig &&
          error.text.startsWith(
            `runtimeConfig["io.kubernetes.cri.pod-annotations"]["kubernetes.io/egress-bandwidth"]: "${rate}": expected bits`,
          ),
      );
    });

  for (const [text, number] of [
    ["1500m", 1.5],
    ["1.5G", 1.5e9],
    ["2Ki", 2048],
    ["1e6", 1e6],
    ["+5k", 5e3],
    [".5M", 5e5],
    ["1K", undefined],
    ["1e6M", undefined],
    ["0x10", undefined],
  ] as const)
    it(`reads ${text} as ${number ?? "no amount"}`, () => assert.equal(parseQuantity(text), number));

  it("is taken from runtimeConfig before args before CNI_ARGS", () => {
    const args = "IP=10.244.3.3/16,fd00::3";
    assert.deepEqual(addresses({}, args), ["10.244.3.3", "fd00::3"]);
    assert.deepEqual(addresses({ args: { cni: { ips: ["10.244.2.2/24"] } } }, args), ["10.244.2.2"]);
    const all = {
      runtimeConfig: { ips: ["10.244.1.1"], mac: "C2:11:22:33:44:55" },
      args: { cni: { ips: ["10.244.2.2"] } },
    };
    assert.deepEqual(addresses(all, args), ["10.244.1.1"]);
    assert.equal(asked(all, "MAC=c2:00:00:00:00:01").mac, "c2:11:22:33:44:55");
    assert.equal(asked({}, "MAC=c2:00:00:00:00:01").mac, "c2:00:00:00:00:01");
  });

  it("names the pod where the runtime is Kubernetes's", () => {
    assert.equal(parseCniArgs("").pod, undefined);
    assert.equal(parseCniArgs("IgnoreUnknown=true;K8S_POD_NAME=a;NEW=1").pod, undefined);
    assert.deepEqual(parseCniArgs("K8S_POD_NAMESPACE=default;K8S_POD_NAME=web-0;K8S_POD_UID=u").pod, {
      namespace: "default",
      name: "web-0",
      uid: "u",
    });
  });

  for (const [args, details] of [
    ["A", /"A" is not KEY=VALUE/],
    ["A=1=2", /"A=1=2" is not KEY=VALUE/],
    ["A=1", /A mean nothing here; with IgnoreUnknown=1/],
    ["IP=ten", /IP=ten is no address/],
    ["MAC=1", /MAC=1 is not the MAC/],
  ] as const)
    it(`is refused as CNI_ARGS ${args}`, () => {
      assert.throws(
        () => parseCniArgs(args),
        (error) =>
          error instanceof CniError && error.cniCode === cniCodes.invalidEnvironment && details.test(error.text),
      );
    });
});
