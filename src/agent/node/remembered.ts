import { readFile } from "node:fs/promises";
import { type Logger, messageOf, systemCodeOf } from "../../base/index.ts";
import { formatAddress, formatCidr, type JsonObject } from "../../model/index.ts";
import { replaceFile } from "../replace-file.ts";
import { nodeFacts } from "./facts.ts";
import { type NodeFacts, type NodeView, type NodeWatch } from "./model.ts";

/**
 * A watch that knows of its own node what an earlier one heard, until it hears itself: so an agent that starts while the
 * API server is away gives out the node's addresses. What is remembered is of the node of that name only.
 */
export async function rememberNode(
  watch: NodeWatch,
  { path, nodeName, log }: Readonly<{ path: string; nodeName: string; log: Logger }>,
): Promise<NodeWatch> {
  let remembered = await readRemembered(path, nodeName);
  let written = remembered === undefined ? "" : textOf(remembered);
  let writing: Promise<void> = Promise.resolve();
  const remember = (): void => {
    const { self } = watch.view();
    if (self === undefined || self.podCidrs.length === 0) return;
    remembered = self;
    const text = textOf(self);
    if (text === written) return;
    written = text;
    writing = writing
      .then(() => replaceFile(path, text))
      .catch((error: unknown) => {
        written = "";
        log.warn({ path, error: messageOf(error) }, "what is known of this node cannot be kept for the next start");
      });
  };
  const end = watch.onChange(remember);
  return {
    view: () => withRemembered(watch.view(), remembered),
    onChange: (listener) => watch.onChange(listener),
    async [Symbol.asyncDispose]() {
      end();
      await watch[Symbol.asyncDispose]();
      await writing;
    },
  };
}

/** Once everything was heard, a node that is missing is missing. */
const withRemembered = (view: NodeView, remembered: NodeFacts | undefined): NodeView =>
  view.self !== undefined || view.complete || remembered === undefined ? view : { ...view, self: remembered };

/** As a Node object, so that reading it is reading a Node. */
const textOf = ({ name, podCidrs, addresses, runtime }: NodeFacts): string =>
  `${JSON.stringify({
    apiVersion: "v1",
    kind: "Node",
    metadata: { name },
    spec: { podCIDRs: podCidrs.map(formatCidr) },
    status: {
      addresses: addresses.map((address) => ({ type: "InternalIP", address: formatAddress(address) })),
      ...(runtime !== undefined && { nodeInfo: { containerRuntimeVersion: runtime } }),
    },
  } satisfies JsonObject)}\n`;

async function readRemembered(path: string, nodeName: string): Promise<NodeFacts | undefined> {
  try {
    const facts = nodeFacts(JSON.parse(await readFile(path, "utf8")));
    return facts.name === nodeName && facts.podCidrs.length > 0 ? facts : undefined;
  } catch (error) {
    // Half a file, or another's: as good as none.
    if (systemCodeOf(error) === "ENOENT" || error instanceof SyntaxError || error instanceof TypeError)
      return undefined;
    throw error;
  }
}
