import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { silentLogger as log } from "../../base/index.ts";
import { cniCodes, CniError } from "../cni/errors.ts";
import { type Asked } from "../cni/model.ts";
import { linkNameOf, shaperNameOf } from "../links/names.ts";
import { standaloneNode } from "../node/watch.ts";
import { recover } from "../recovery/recover.ts";
import { makeNamespace, type TestNamespace, whyNoNamespaces } from "../testing/namespace.ts";
import { addRequest, openTestNode } from "./testing/node.ts";

const skip = whyNoNamespaces("busybox", "bridge", "nft", "tc") ?? false;
const { signal } = new AbortController();

const nothingAsked: Asked = { addresses: [], portMappings: [], aliases: [], annotations: {} };

/** A pod that was added, and ways to ask for its CHECK and to have all mended as the agent does once a minute. */
async function openPod(t: TestContext, asked: Partial<Asked> = {}) {
  const node = await openTestNode(t);
  const pod = makeNamespace(t, "pod");
  const request = addRequest(pod.path, "a", { asked: { ...nothingAsked, ...asked } });
  const prevResult = await node.network.add(request, signal);
  /** The details of the failure; undefined where all is well. */
  const check = async (): Promise<string | undefined> => {
    try {
      await node.network.check({ ...request, prevResult }, signal);
      return undefined;
    } catch (error) {
      assert.ok(error instanceof CniError, String(error));
      assert.equal(error.cniCode, cniCodes.checkFailed);
      return error.text;
    }
  };
  const mend = async (): Promise<void> => {
    await node.base.raise(signal);
    await recover({ ...node, node: standaloneNode(), log }, signal);
    await node.base.reconcile(signal);
  };
  const name = linkNameOf(request.key);
  const mac = String(pod.ip("link", "show", "dev", "eth0")[0]?.["address"]);
  return { ...node, check, mend, name, between: shaperNameOf(request.key), mac };
}

const reaches = (from: TestNamespace, to: string): boolean =>
  from.succeeds("busybox", to.includes(":") ? "ping6" : "ping", "-c", "1", "-W", "2", to);

const nftAdds = ["add", "element", "inet", "heddle"] as const;

describe("CHECK", { skip }, () => {
  it("follows the node's way to the pod, and names where it ends", async (t) => {
    const { namespace, check, mend, name, mac } = await openPod(t);
    assert.equal(await check(), undefined);
    const pods = ["10.244.1.2", "fd00:10:244:1::2"];
    for (const { meddle, told } of [
      {
        meddle: `bridge fdb del ${mac} dev ${name} master`,
        told: [`the port of ${mac} at its bridge: expected ${name} for ever, found none`],
      },
      {
        meddle: "ip link set cni-bridge0 down",
        told: [
          "the state of cni-bridge0 on the node: expected up, found down",
          "the node's route to 10.244.1.2: expected by cni-bridge0, found none",
        ],
      },
      {
        meddle: "ip addr flush dev cni-bridge0",
        told: [
          "the gateway of cni-bridge0 on the node: expected 10.244.1.1, found none",
          "the gateway of cni-bridge0 on the node: expected fd00:10:244:1::1, found none",
          "the node's route to 10.244.1.2: expected by cni-bridge0, found none",
          "the node's route to fd00:10:244:1::2: expected by cni-bridge0, found none",
        ],
      },
    ]) {
      namespace.run("sh", "-c", meddle);
      assert.equal(reaches(namespace, "10.244.1.2"), false, `${meddle}: the node does not reach the pod`);
      const text = (await check()) ?? "nothing";
      for (const one of told) assert.ok(text.includes(one), `${meddle}: ${text} names ${one}`);
      await mend();
      assert.equal(await check(), undefined, `${meddle}: mended`);
      for (const address of pods)
        assert.ok(reaches(namespace, address), `${meddle}: the node reaches ${address} again`);
    }
  });

  it("names a host port that leads nowhere, or elsewhere", async (t) => {
    const { namespace, check, mend } = await openPod(t, {
      portMappings: [{ hostPort: 8080, containerPort: 80, protocol: "tcp" }],
    });
    assert.equal(await check(), undefined);
    const toPod = "the element of hostports4 on the node: expected tcp . 8080 : 10.244.1.2 . 80, found";
    namespace.run("nft", "flush", "map", "inet", "heddle", "hostports4");
    assert.equal(await check(), `${toPod} none`);
    namespace.run("nft", ...nftAdds, "hostports4", "{ tcp . 8080 : 10.244.1.9 . 80 }");
    assert.equal(await check(), `${toPod} what leads elsewhere`);
    await mend();
    assert.equal(await check(), undefined);
    namespace.run("nft", "delete", "table", "inet", "heddle");
    assert.match(
      (await check()) ?? "",
      /hostports6 on the node: expected tcp \. 8080 : fd00:10:244:1::2 \. 80, found none/,
    );
    await mend();
    assert.equal(await check(), undefined);
  });

  it("names the limit that a pod has no more, each way by itself", async (t) => {
    const bandwidth = { ingressRate: 8e6, ingressBurst: 8e5, egressRate: 16e6, egressBurst: 8e5 };
    const { namespace, check, mend, name, between } = await openPod(t, { bandwidth });
    assert.equal(await check(), undefined);
    const expected = (link: string, rate: number): string =>
      `the limit of ${link} on the node: expected ${rate} bytes a second, 100000 at once, found`;
    namespace.run("tc", "qdisc", "del", "dev", name, "root");
    assert.equal(await check(), `${expected(name, 1e6)} none`);
    await mend();
    assert.equal(await check(), undefined);
    namespace.run(
      "tc",
      "qdisc",
      "replace",
      "dev",
      between,
      "root",
      "tbf",
      "rate",
      "8kbit",
      "burst",
      "2k",
      "limit",
      "9k",
    );
    assert.match((await check()) ?? "", new RegExp(`^${expected(between, 2e6)} 1000 bytes a second, \\d+ at once$`));
    namespace.run("ip", "link", "delete", between);
    assert.equal(
      await check(),
      `the state of ${between} on the node: expected up, found none; ${expected(between, 2e6)} none`,
    );
    await mend();
    assert.equal(await check(), undefined);
  });
});
