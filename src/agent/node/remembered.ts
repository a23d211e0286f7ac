import { readFile } from "node:fs/promises";
import { type Logger, messageOf, systemCodeOf } from "../../base/index.ts";
import { formatAddress, formatCidr, type JsonObject } from "../../model/index.ts";
import { replaceFile } from "../replace-file.ts";
import { nodeFacts } from "./facts.ts";
import { type NodeFacts, type NodeView, type NodeWatch } from "./model.ts";

/**
 * A watch that knows of its own node and of the others what an earlier one heard, until it hears itself: so an agent that
 * starts while the API server is away gives out the node's addresses, and knows where other nodes' pods are. What is
 * remembered is the view of the node of that name only.
 */
export async function rememberNode(
  watch: NodeWatch,
  { path, nodeName, log }: Readonly<{ path: string; nodeName: string; log: Logger }>,
): Promise<NodeWatch> {
  let remembered = await readRemembered(path, nodeName);
  let written = remembered === undefined ? "" : textOf(remembered);
  let newest = 0;
  let writing: Promise<void> = Promise.resolve();
  const remember = (): void => {
    const { self, others, complete } = watch.view();
    if (self === undefined || self.podCidrs.length === 0) return;
    remembered = { self, others: complete ? others : (remembered?.others ?? []) };
    const text = textOf(remembered);
    if (text === written) return;
    written = text;
    const own = ++newest;
    writing = writing
      // Of many that wait only the newest.
      .then(() => (own === newest ? replaceFile(path, text) : undefined))
      .catch((error: unknown) => {
        if (own === newest) written = "";
        log.warn({ path, error: messageOf(error) }, "what is known of the nodes cannot be kept for the next start");
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

type Remembered = Pick<NodeView, "others"> & Readonly<{ self: NodeFacts }>;

/** Once everything was heard, a node that is missing is missing. */
function withRemembered(view: NodeView, remembered: Remembered | undefined): NodeView {
  if (view.complete || remembered === undefined) return view;
  const heard = new Set(view.others.map(({ name }) => name));
  const others = [...view.others, ...remembered.others.filter(({ name }) => !heard.has(name))];
  return { ...view, self: view.self ?? remembered.self, others };
}

/** As a list of Node objects, this node first, so that reading it is reading Nodes. */
const textOf = ({ self, others }: Remembered): string =>
  `${JSON.stringify({ apiVersion: "v1", kind: "List", items: [self, ...others].map(nodeOf) } satisfies JsonObject)}\n`;

const nodeOf = ({ name, podCidrs, addresses, runtime }: NodeFacts): JsonObject => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name },
  spec: { podCIDRs: podCidrs.map(formatCidr) },
  status: {
    addresses: addresses.map((address) => ({ type: "InternalIP", address: formatAddress(address) })),
    ...(runtime !== undefined && { nodeInfo: { containerRuntimeVersion: runtime } }),
  },
});

async function readRemembered(path: string, nodeName: string): Promise<Remembered | undefined> {
  try {
    const json = JSON.parse(await readFile(path, "utf8"));
    // Versions before this one kept their own node alone.
    const [self, ...others] = (json.kind === "List" ? json.items : [json]).map(nodeFacts) as readonly NodeFacts[];
    return self !== undefined && self.name === nodeName && self.podCidrs.length > 0 ? { self, others } : undefined;
  } catch (error) {
    // Half a file, or another's: as good as none.
    if (systemCodeOf(error) === "ENOENT" || error instanceof SyntaxError || error instanceof TypeError)
      return undefined;
    throw error;
  }
}
