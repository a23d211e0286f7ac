import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { parseCidr } from "../../model/index.ts";
import { planPools } from "../addresses/pool.ts";
import { toCniError } from "../cni/errors.ts";
import { makeNamespace, whyNoNamespaces } from "../testing/namespace.ts";
import { addRequest, config, openTestNode, type TestNode } from "./testing/node.ts";

const skip = whyNoNamespaces("nft") ?? false;
const { signal } = new AbortController();

/** What asks for a port of the node, of that name. */
const withPort = (path: string, id: string, hostPort: number) =>
  addRequest(path, id, {
    asked: {
      addresses: [],
      portMappings: [{ hostPort, containerPort: 80, protocol: "tcp" }],
      aliases: [],
      annotations: {},
    },
  });

/** A further network of the node: to prepare it writes the rules anew. */
const writeRules = ({ base }: TestNode): Promise<unknown> => {
  const rangeSets = [[{ subnet: parseCidr("10.9.0.0/24") }]];
  return base.prepare({ ...config, name: "other", bridge: "br-other", rangeSets }, planPools(rangeSets, undefined));
};

const portsOf = ({ namespace }: TestNode): string =>
  namespace.run("nft", "list", "map", "inet", "heddle", "hostports4");

/** Does `work` just before the first batch with such an operation runs, or just after it. */
function onFirst(
  t: TestContext,
  { kernel }: TestNode,
  on: Readonly<{ op: string; before?: Work; after?: Work }>,
): void {
  const run = kernel.run.bind(kernel);
  let isDone = false;
  t.mock.method(kernel, "run", async (...args: Parameters<typeof run>) => {
    const isMeant = !isDone && args[0].operations.some(({ op }) => op === on.op);
    isDone ||= isMeant;
    if (isMeant) await on.before?.();
    const results = await run(...args);
    if (isMeant) await on.after?.();
    return results;
  });
}
type Work = () => Promise<unknown>;

describe("a host port, while the rules are written", { skip }, () => {
  it("stays the pod's that has it when another asks for it", async (t) => {
    const node = await openTestNode(t);
    const [first, second] = [makeNamespace(t, "a"), makeNamespace(t, "b")];
    await node.network.add(withPort(first.path, "a", 8080), signal);
    onFirst(t, node, { op: "link.add-veth", before: () => writeRules(node) });
    await assert.rejects(
      node.network.add(withPort(second.path, "b", 8080), signal),
      (error) => toCniError(error).cniCode === 104,
    );
    assert.match(portsOf(node), /8080 : 10\.244\.1\.2 \. 80/);
    assert.deepEqual(
      node.book.attachments().map(({ key }) => key.containerId),
      ["a"],
    );
  });

  it("is not left open by an ADD that fails", async (t) => {
    const node = await openTestNode(t);
    const pod = makeNamespace(t, "pod");
    pod.run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "peer0");
    onFirst(t, node, { op: "link.add-veth", before: () => writeRules(node) });
    await assert.rejects(
      node.network.add(withPort(pod.path, "a", 8081), signal),
      (error) => toCniError(error).cniCode === 100,
    );
    assert.doesNotMatch(portsOf(node), /8081/);
  });

  it("does not come back when its pod goes", async (t) => {
    const node = await openTestNode(t);
    const pod = makeNamespace(t, "pod");
    await node.network.add(withPort(pod.path, "a", 8080), signal);
    const observe = node.kernel.observe.bind(node.kernel);
    const rules = { areLookedAt: false };
    t.mock.method(node.kernel, "observe", async (...args: Parameters<typeof observe>) => {
      rules.areLookedAt ||= args[0].table !== undefined;
      return observe(...args);
    });
    let writing: Promise<unknown> | undefined;
    // The port is closed, and the book has the pod still: what may be written now has time to begin, one batch at a time.
    const after = async (): Promise<void> => {
      writing = writeRules(node);
      for (let batch = 0; batch < 50; batch++) await observe({ links: "all" });
    };
    onFirst(t, node, { op: "element.delete", after });
    const release = t.mock.method(node.book, "release", node.book.release.bind(node.book));
    release.mock.mockImplementationOnce((...args) => {
      assert.equal(rules.areLookedAt, false, "no rules are written in between");
      release.mock.restore();
      node.book.release(...args);
    });
    await node.network.del({ key: withPort("", "a", 8080).key }, signal);
    await writing;
    assert.doesNotMatch(portsOf(node), /8080/);
  });
});
