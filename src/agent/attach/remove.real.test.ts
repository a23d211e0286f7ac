import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createManualClock, silentLogger as logger } from "../../base/index.ts";
import { parseCidr } from "../../model/index.ts";
import { cniCodes, CniError } from "../cni/errors.ts";
import { createDispatcher } from "../cni/dispatch.ts";
import { type AddRequest } from "../cni/model.ts";
import { callOf, heddleConfig } from "../cni/testing/calls.ts";
import { linkNameOf } from "../links/names.ts";
import { until } from "../../../test/kube/until.ts";
import { makeNamespace, whyNoNamespaces } from "../testing/namespace.ts";
import { addRequest, config, openTestNode } from "./testing/node.ts";

const skip = whyNoNamespaces("nft") ?? false;
const { signal } = new AbortController();

const withPort = (hostPort: number): Partial<AddRequest> => ({
  asked: {
    addresses: [],
    portMappings: [{ hostPort, containerPort: 80, protocol: "tcp" }],
    aliases: [],
    annotations: {},
  },
});

describe("GC", { skip }, () => {
  it("goes on past what cannot be freed, tells all of it by code 105, and frees it when it can be", async (t) => {
    const { network, namespace, book, base } = await openTestNode(t);
    const requests = [withPort(8080), {}, withPort(8081), {}].map((asked, index) =>
      addRequest(makeNamespace(t, `p${index}`).path, `container-${index}`, asked),
    );
    for (const request of requests) await network.add(request, signal);
    for (const { key } of requests) namespace.run("ip", "link", "delete", linkNameOf(key));
    // Another's map in the place of ours, of other keys: the kernel refuses to look a port up in it.
    namespace.run("nft", "delete", "table", "inet", "heddle");
    namespace.run("nft", "add", "table", "inet", "heddle");
    namespace.run("nft", "add", "map", "inet", "heddle", "hostports4", "{ type ipv4_addr : ipv4_addr; }");
    await assert.rejects(network.gc({ network: "heddle", valid: [] }, signal), (error) => {
      assert.ok(error instanceof CniError);
      assert.equal(error.cniCode, cniCodes.gcIncomplete);
      assert.equal(error.message, "2 of 4 attachments could not be freed");
      assert.match(error.text, /container-0\S*: .+; \S*container-2\S*: /);
      return true;
    });
    const held = (): readonly string[] => book.attachments().map(({ key }) => key.containerId);
    assert.deepEqual(held(), ["container-0", "container-2"]);
    await base.reconcile(signal);
    await network.gc({ network: "heddle", valid: [] }, signal);
    assert.deepEqual(held(), []);
  });
});

describe("a node whose addresses are all held", { skip }, () => {
  it("is told by STATUS to be full while its pods live, and to take pods when they are gone without a DEL", async (t) => {
    const { network, namespace, book } = await openTestNode(t);
    const clock = createManualClock();
    const dispatcher = createDispatcher({ network, logger, clock });
    const ipam = { type: "host-local", subnet: "10.0.0.0/30" };
    const status = async (): Promise<number> => {
      const input = JSON.stringify(heddleConfig({ cniVersion: "1.1.0", ipam }));
      const { output } = await dispatcher.answer(callOf("STATUS", { input }), signal);
      return output === "" ? 0 : JSON.parse(output).code;
    };
    const pod = makeNamespace(t, "pod");
    const small = { ...config, rangeSets: [[{ subnet: parseCidr("10.0.0.0/30") }]] };
    const request = addRequest(pod.path, "a", { config: small });
    await network.add(request, signal);
    assert.equal(await status(), cniCodes.notAvailable);
    pod.delete();
    await until("its link is gone", () => !namespace.succeeds("ip", "link", "show", "dev", linkNameOf(request.key)));
    clock.advance(60_000);
    assert.equal(await status(), 0);
    assert.deepEqual(book.attachments(), []);
  });
});
