import { silentLogger, systemClock } from "../../../base/index.ts";
import { createDispatcher, type Dispatcher } from "../../cni/dispatch.ts";
import { type PodNetwork } from "../../cni/model.ts";
import { createSocketServer } from "../server.ts";

/** A network that does nothing, and says of each interface that it is there. */
const idleNetwork: PodNetwork = {
  add: async ({ netns }) => ({ interfaces: [{ name: "eth0", sandbox: netns }], ips: [], routes: [], dns: {} }),
  del: async () => {},
  check: async () => {},
  status: async () => {},
  gc: async () => {},
  reclaim: async () => 0,
};

/** What stands behind the agent's socket, which goes at the end. */
export type AnsweringAgent = AsyncDisposable & Pick<Dispatcher, "answer">;

/** The agent's socket with the whole protocol behind it, on a network that does nothing where a test gives less. */
export async function startAnsweringAgent(path: string, network: Partial<PodNetwork> = {}): Promise<AnsweringAgent> {
  const { answer } = createDispatcher({
    network: { ...idleNetwork, ...network },
    logger: silentLogger,
    clock: systemClock,
  });
  const server = await createSocketServer({ answer, logger: silentLogger, clock: systemClock }, { path });
  return { answer, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}
