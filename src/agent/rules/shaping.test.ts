import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { KernelState } from "../kernel/model.ts";
import { nothing } from "../kernel/testing/nothing.ts";
import { planShapers, planShaping, type ShapedPod } from "./shaping.ts";

const pod: ShapedPod = {
  key: { network: "heddle", containerId: "4f3c", ifname: "eth0" },
  mtu: 1500,
  bandwidth: { ingressRate: 80_000_000, ingressBurst: 800_000, egressRate: 8_000_000, egressBurst: 0 },
};
const shaped = [
  { op: "shaper.set", in: "node", link: "hdl9eea16c34a8", rate: 10_000_000, burst: 100_000, queue: 350_000 },
  { op: "link.add-ifb", in: "node", name: "hdb9eea16c34a8", mtu: 1500 },
  { op: "link.set", in: "node", name: "hdb9eea16c34a8", up: true },
  { op: "shaper.set", in: "node", link: "hdb9eea16c34a8", rate: 1_000_000, burst: 20_000, queue: 85_536 },
  { op: "redirect.set", in: "node", link: "hdl9eea16c34a8", to: "hdb9eea16c34a8" },
];

describe("planShaping", () => {
  it("limits both directions, in bytes", () => {
    assert.deepEqual(planShaping(pod), shaped);
  });

  it("limits nothing where nothing is asked", () => {
    assert.deepEqual(
      planShaping({ ...pod, bandwidth: { ingressRate: 0, ingressBurst: 9, egressRate: 0, egressBurst: 9 } }),
      [],
    );
  });

  it("takes the largest number for no burst at all, and holds one packet however small the burst", () => {
    const burstOf = (ingressBurst: number): number | undefined => {
      const [first] = planShaping({ ...pod, bandwidth: { ...pod.bandwidth, ingressBurst } });
      return first?.op === "shaper.set" ? first.burst : undefined;
    };
    assert.equal(burstOf(2 ** 32 - 1), 200_000);
    assert.equal(burstOf(2 ** 31 - 1), 200_000);
    assert.equal(burstOf(8), 1514);
  });
});

describe("planShapers", () => {
  it("limits again what is not limited so, and nothing else", () => {
    const shapers = [
      { link: "hdl9eea16c34a8", rate: 10_000_000, burst: 99_999, queue: 350_000 },
      { link: "hdb9eea16c34a8", rate: 1_000_000, burst: 20_000, queue: 85_536 },
    ];
    const between = { index: 7, name: "hdb9eea16c34a8", kind: "ifb", mac: "", mtu: 1500, up: true, running: true };
    const whole: KernelState = { ...nothing, shapers, links: [between], redirects: ["hdl9eea16c34a8"] };
    assert.deepEqual(planShapers(whole, [pod]), []);
    for (const [what, lost] of [
      ["a shaper", { shapers: shapers.slice(1) }],
      ["the intermediate link's being up", { links: [{ ...between, up: false }] }],
      ["what leads there", { redirects: [] }],
    ] as const)
      assert.deepEqual(planShapers({ ...whole, ...lost }, [pod]), shaped, what);
    assert.deepEqual(planShapers(nothing, [pod]), shaped);
  });
});
