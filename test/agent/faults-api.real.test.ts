import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { cidrContains, parseAddress, parseCidr } from "../../src/model/index.ts";
import { type KubeCluster, type KubeNode, kubeForTest, type NodeAgent, until } from "../kube/index.ts";
import { patience } from "./node.ts";
import { addressesIn } from "./order.ts";

type Row = Readonly<{ pod?: string; containerId: string; addresses: readonly string[] }>;

/** One node of a real cluster, with the agent that the test bed runs in it. */
type Here = Readonly<{ t: TestContext; cluster: KubeCluster; node: KubeNode; agent: NodeAgent }>;

const rowsOf = async ({ agent }: Here): Promise<readonly Row[]> => JSON.parse(await agent.ask(["pods", "-o", "json"]));

const answers = (here: Here): Promise<unknown> =>
  until("the agent to answer", () => rowsOf(here), { ...patience, everyMs: 200 });

/** Calls the installed plugin in the node as a runtime does. */
async function call({ node }: Here, verb: string, name: string): Promise<readonly string[]> {
  const { plugins, ...rest } = JSON.parse(await node.exec(["cat", "/etc/cni/net.d/05-heddle.conflist"]));
  const variables = [`CNI_COMMAND=${verb}`, `CNI_CONTAINERID=${name}`, `CNI_NETNS=/run/netns/${name}`];
  const command = ["env", ...variables, "CNI_IFNAME=eth0", "CNI_PATH=/opt/cni/bin", "/opt/cni/bin/heddle-cni"];
  const input = JSON.stringify({ ...plugins[0], name: rest.name, cniVersion: rest.cniVersion });
  const output = await node.exec(command, { input });
  return output === "" ? [] : addressesIn(JSON.parse(output).ips);
}

/** A namespace of the node's with a pod's network, as a runtime would make it. */
async function add(here: Here, name: string): Promise<string> {
  await here.node.exec(["ip", "netns", "add", name]);
  const [address = ""] = await call(here, "ADD", name);
  const parsed = parseAddress(address);
  const [podCidr = ""] = here.node.podCidrs;
  assert.ok(parsed !== undefined && cidrContains(parseCidr(podCidr), parsed), `${address} is of ${podCidr}`);
  return address;
}

async function del(here: Here, name: string): Promise<void> {
  await call(here, "DEL", name);
  await here.node.exec(["ip", "netns", "delete", name]);
}

/** From a namespace of the node's to an address. */
const reaches = ({ node }: Here, { from, to }: Readonly<{ from: string; to: string }>): Promise<unknown> =>
  until(`${from} to reach ${to}`, () =>
    node.exec(["ip", "netns", "exec", from, "busybox", "ping", "-c", "1", "-W", "5", to]).then(() => true),
  );

const sleeper = (image: string): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web" },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [{ name: "main", image, command: ["sleep", "86400"] }],
    },
  });

/** The kubelet's own pod, without the API server: its sandbox dies, and it makes another one. */
async function sandboxDies(here: Here, before: Row): Promise<Row> {
  await here.node.exec(["ctr", "-n", "k8s.io", "task", "kill", "-s", "SIGKILL", before.containerId]);
  return until(
    "the kubelet to make the pod anew",
    async () => {
      const rows = await rowsOf(here);
      return rows.some(({ containerId }) => containerId === before.containerId)
        ? undefined
        : rows.find(({ pod }) => pod === "web");
    },
    { ...patience, everyMs: 200 },
  );
}

describe("an agent without its API server", () => {
  it("adds and deletes pods by what it knows, after its own start too, and follows when it is back", async (t) => {
    const cluster = await kubeForTest(t, { nodes: 1, cni: "heddle" });
    if (cluster === undefined) return;
    const [node] = cluster.nodes;
    assert.ok(node?.agent !== undefined);
    const here: Here = { t, cluster, node, agent: node.agent };
    await cluster.kubectl(["apply", "-f", "-"], { input: sleeper(cluster.busyboxImage) });
    await cluster.kubectl(["wait", "pod/web", "--for=condition=Ready", "--timeout=180s"]);
    const [web] = await rowsOf(here);
    assert.ok(web !== undefined);

    await cluster.killApiServer();
    const first = await add(here, "one");
    await reaches(here, { from: "one", to: web.addresses[0] ?? "" });

    // It starts by what an earlier one heard, with nobody to ask.
    await here.agent.stop("SIGKILL");
    here.agent.start();
    await answers(here);
    const second = await add(here, "two");
    assert.equal(new Set([first, second, web.addresses[0]]).size, 3);
    await reaches(here, { from: "two", to: first });
    await del(here, "one");
    const again = await sandboxDies(here, web);
    await reaches(here, { from: "two", to: again.addresses[0] ?? "" });
    await assert.rejects(here.agent.ask(["status"]), /the API server is not followed/);

    await cluster.startApiServer();
    const jsonPath = ["-o", "jsonpath={.status.podIP}"];
    await until(
      "the API server to hear of the pod's new address",
      async () => (await cluster.kubectl(["get", "pod/web", ...jsonPath])) === again.addresses[0],
      patience,
    );
    await until("the agent to have no problem", () => here.agent.ask(["status"]), { ...patience, everyMs: 500 });
    await del(here, "two");
    await cluster.kubectl(["delete", "pod/web"]);
    await until("no attachment to be left", async () => (await rowsOf(here)).length === 0, {
      ...patience,
      everyMs: 500,
    });
    assert.doesNotMatch(await node.exec(["ip", "-o", "link"]), /\bhdl/);
  });
});
