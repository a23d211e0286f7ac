import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext } from "node:test";
import { silentLogger as log, systemClock as clock } from "../../base/index.ts";
import { type JsonObject } from "../../model/index.ts";
import { type Agent, startAgent } from "../agent.ts";
import { standaloneNode } from "../node/watch.ts";
import { type AgentOptions } from "../parts.ts";
import { builtClient } from "../socket/testing/client.ts";
import { makeNamespace, type TestNamespace } from "./namespace.ts";

/** A node of a test's own: a network namespace and a folder, both gone after the test. */
export type TestNode = Readonly<{
  namespace: TestNamespace;
  folder: string;
  options: AgentOptions;
  /** Starts the agent, which ends with the test if not before; `changes` are of the options, for this start. */
  start(changes?: Partial<AgentOptions>): Promise<Agent>;
}>;

/** A network of the node's own ranges, one of each family, as a conflist has it. */
export const networkOf = (name: string, subnets = ["10.244.1.0/24", "fd00:10:244:1::/64"]): JsonObject => ({
  name,
  plugins: [
    {
      type: "heddle-cni",
      bridge: "cni-bridge0",
      ipam: {
        type: "host-local",
        ranges: subnets.map((subnet) => [{ subnet }]),
        routes: [{ dst: "0.0.0.0/0" }, { dst: "::/0" }],
      },
    },
  ],
});

/** A node without Kubernetes, with the executable compiled from this source. */
export async function makeTestNode(t: TestContext, network: JsonObject = networkOf("heddle")): Promise<TestNode> {
  const namespace = makeNamespace(t, "node");
  const folder = await mkdtemp(join(tmpdir(), "heddle-agent-"));
  const agents: AsyncDisposable[] = [];
  // What ends with a test ends in the order in which it was said: an agent would go on writing while its folder goes.
  t.after(async () => {
    for (const agent of agents) await agent[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });
  await mkdir(join(folder, "run"));
  const options: AgentOptions = {
    version: "0.0.0-test",
    nodeName: "node-a",
    standalone: true,
    socketPath: join(folder, "run/agent.sock"),
    dataFolder: join(folder, "data"),
    folders: { confDir: join(folder, "net.d"), binDir: join(folder, "bin"), because: "the test" },
    clientPath: builtClient(),
    network,
    exclusive: false,
    home: namespace.path,
  };
  return {
    namespace,
    folder,
    options,
    start: async (changes) => {
      const deps = { clock, log, node: standaloneNode() };
      const agent = await startAgent(deps, { ...options, ...changes }, AbortSignal.timeout(60_000));
      agents.push(agent);
      return agent;
    },
  };
}
