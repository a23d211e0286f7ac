import { isDeepStrictEqual } from "node:util";
import { type AddressBook } from "../addresses/model.ts";
import { attachmentText } from "../attachment.ts";
import { type Kernel } from "../kernel/model.ts";
import { type NodeWatch } from "../node/model.ts";
import { type NodeRules, type PodPorts } from "../rules/model.ts";
import { type Mended, type NodeTable } from "../rules/node-table.ts";
import { planShapers, whatToShape } from "../rules/shaping.ts";
import { podPortsOf, shapedOf } from "./describe.ts";
import { failuresOf } from "./failures.ts";
import { type NodeNetwork, rulesOf } from "./networks.ts";

/** The node's table and its pods' limits. The table is written by one at a time: its callers take turns. */
export type BaseRules = Readonly<{
  /** Makes the table as it should be. */
  write(signal?: AbortSignal): Promise<Mended>;
  /** The same if it should be otherwise than when it was written. */
  renew(signal: AbortSignal): Promise<void>;
  /** Limits the pods that are to be limited, each by itself. Answers what failed, in words. */
  limit(signal: AbortSignal): Promise<readonly string[]>;
}>;

export type BaseRulesDeps = Readonly<{
  kernel: Kernel;
  book: AddressBook;
  node: Pick<NodeWatch, "view">;
  table: NodeTable;
}>;

export function createBaseRules(
  { kernel, book, node, table }: BaseRulesDeps,
  networks: () => readonly NodeNetwork[],
): BaseRules {
  let written: NodeRules | undefined;
  const wanted = (): NodeRules => {
    const held = book.attachments().flatMap(({ addresses }) => addresses);
    const { others, complete } = node.view();
    return rulesOf(networks(), { held, others, complete });
  };
  // An ADD that is under way may yet be refused a port that is another pod's.
  const pods = (): readonly PodPorts[] =>
    book
      .attachments()
      .filter(({ settled }) => settled)
      .map(podPortsOf);
  const write: BaseRules["write"] = async (signal) => {
    const rules = wanted();
    const mended = await table.reconcile({ rules, pods }, signal);
    written = rules;
    return mended;
  };
  return {
    write,
    async renew(signal) {
      if (!isDeepStrictEqual(wanted(), written)) await write(signal);
    },
    async limit(signal) {
      const shaped = book.attachments().flatMap((attachment) => shapedOf(attachment) ?? []);
      if (shaped.length === 0) return [];
      const found = await kernel.observe(whatToShape(shaped), signal);
      // One whose link is gone must not keep the others from their limits.
      return failuresOf(
        shaped,
        (pod) => `limit ${attachmentText(pod.key)}`,
        async (pod) => {
          const operations = planShapers(found, [pod]);
          if (operations.length > 0) await kernel.run({ operations }, signal);
        },
      );
    },
  };
}
