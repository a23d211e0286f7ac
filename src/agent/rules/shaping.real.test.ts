import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { describe, it, type TestContext } from "node:test";
import { until } from "../../../test/kube/until.ts";
import { createKernel } from "../kernel/kernel.ts";
import { planNode } from "../links/node-plan.ts";
import { planAttach, planDetach } from "../links/pod-plan.ts";
import { isShaperName, shaperNameOf } from "../links/names.ts";
import { makeNamespace, type TestNamespace, whyNoNamespaces } from "../testing/namespace.ts";
import { type Bandwidth } from "../asked-of-node.ts";
import { planShapers, planShaping, whatToShape } from "./shaping.ts";

const skip = whyNoNamespaces("socat", "tc") ?? false;
const bridge = "cni-bridge0";
const key = { network: "heddle", containerId: "c", ifname: "eth0" };

async function scene(t: TestContext) {
  const [node, pod] = [makeNamespace(t, "node"), makeNamespace(t, "pod")];
  const kernel = createKernel({ home: node.path });
  t.after(() => kernel[Symbol.asyncDispose]());
  await kernel.run({ operations: planNode({ bridge, mtu: 1500, gateways: [{ address: "10.244.1.1", bits: 24 }] }) });
  const attach = planAttach({
    key,
    netns: pod.path,
    bridge,
    mtu: 1500,
    addresses: [{ address: "10.244.1.11", gateway: "10.244.1.1" }],
    routes: [],
  });
  await kernel.run(attach);
  return { node, pod, kernel };
}

/** Megabits a second of one TCP connection that carries `megabytes`. */
async function speed(
  t: TestContext,
  {
    from,
    to,
    address,
    megabytes,
  }: Readonly<{ from: TestNamespace; to: TestNamespace; address: string; megabytes: number }>,
): Promise<number> {
  const port = 5201;
  const server = spawn("nsenter", [
    `--net=${to.path}`,
    "--",
    "socat",
    "-u",
    `TCP4-LISTEN:${port},reuseaddr`,
    "OPEN:/dev/null",
  ]);
  t.after(() => server.kill());
  await until("the server listens", () => to.run("ss", "-Hltn").includes(`:${port} `), { everyMs: 10 });
  const ended = new Promise((resolve) => server.once("close", resolve));
  const begun = performance.now();
  const script = `head -c ${megabytes * 1_000_000} /dev/zero | socat -u - TCP4:${address}:${port}`;
  assert.equal(spawnSync("nsenter", [`--net=${from.path}`, "--", "sh", "-c", script]).status, 0);
  await ended;
  return (megabytes * 8000) / (performance.now() - begun);
}

describe("a pod's bandwidth", { skip }, () => {
  const bandwidth: Bandwidth = {
    ingressRate: 40_000_000,
    ingressBurst: 2 ** 32 - 1,
    egressRate: 20_000_000,
    egressBurst: 400_000,
  };

  it("is limited as asked, towards the pod and from it", async (t) => {
    const { node, pod, kernel } = await scene(t);
    await kernel.run({ operations: planShaping({ key, bandwidth, mtu: 1500 }) });
    const there = await speed(t, { from: node, to: pod, address: "10.244.1.11", megabytes: 4 });
    const back = await speed(t, { from: pod, to: node, address: "10.244.1.1", megabytes: 2 });
    t.diagnostic(`${there.toFixed(1)} of 40 Mbit/s towards the pod, ${back.toFixed(1)} of 20 from it`);
    // The burst and the socket's buffers do not wait. How much slower it is is the machine's matter.
    assert.ok(there < 44, `${there} Mbit/s towards the pod`);
    assert.ok(back < 24, `${back} Mbit/s from the pod`);
  });

  it("is observed as it was set, set again where it was taken away, and gone with the pod", async (t) => {
    const { node, kernel } = await scene(t);
    const shaped = { key, bandwidth, mtu: 1500 };
    const plan = planShaping(shaped);
    await kernel.run({ operations: plan });
    await kernel.run({ operations: plan });
    const missing = async () => planShapers(await kernel.observe(whatToShape([shaped])), [shaped]);
    assert.deepEqual(await missing(), []);
    const { shapers } = await kernel.observe(whatToShape([shaped]));
    const inward = shapers.find(({ rate }) => rate === 5_000_000);
    assert.ok(inward);
    assert.match(node.run("tc", "qdisc", "show", "dev", inward.link), /qdisc tbf .* root .* rate 40Mbit burst/);
    assert.match(node.run("tc", "filter", "show", "dev", inward.link, "ingress"), /heddle_redirect direct-action/);

    for (const damage of [
      ["tc", "qdisc", "del", "dev", inward.link, "root"],
      ["tc", "qdisc", "del", "dev", inward.link, "clsact"],
      ["tc", "filter", "del", "dev", inward.link, "ingress"],
      ["ip", "link", "set", shaperNameOf(key), "down"],
    ]) {
      node.run(...damage);
      assert.deepEqual(await missing(), plan, damage.join(" "));
      await kernel.run({ operations: await missing() });
      assert.deepEqual(await missing(), [], damage.join(" "));
    }

    await kernel.run(planDetach(key, { bridge, addresses: ["10.244.1.11"] }));
    const { links } = await kernel.observe({ links: "all" });
    assert.ok(!links.some(({ name }) => isShaperName(name) || name === inward.link));
  });
});
