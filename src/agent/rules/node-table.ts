import type { Kernel } from "../kernel/model.ts";
import { blockSets, type Entry, entriesOf, entryOfPeer, peerSets, podSets } from "./elements.ts";
import { type NodeRules, type PodPorts, tableName } from "./model.ts";
import type { Nft } from "./nft.ts";
import { planElements, planSurroundings } from "./plan.ts";
import { renderTable } from "./table.ts";

/** Keeps the node's table equal to its plan. */
export type NodeTable = Readonly<{
  /**
   * Observes, and mends what differs: the whole table when a rule is not as it was written, else the elements. Answers
   * what was done. One call at a time. Pods may open and close ports meanwhile: `pods` is asked after each look, and must
   * know a pod before its ports are opened.
   */
  reconcile(
    wanted: Readonly<{ rules: NodeRules; pods: () => readonly PodPorts[] }>,
    signal?: AbortSignal,
  ): Promise<Mended>;
}>;

/** Nothing, how many elements, or all of it. */
export type Mended = Readonly<{ table: boolean; elements: number }>;

/** What was written and how the kernel told it afterwards. */
type Written = Readonly<{ text: string; fingerprint: string }>;

const elementSets = [...podSets, ...peerSets];

export function createNodeTable({ kernel, nft }: Readonly<{ kernel: Kernel; nft: Nft }>): NodeTable {
  let written: Written | undefined;

  const look = async (signal: AbortSignal | undefined) =>
    (await kernel.observe({ table: { name: tableName, sets: elementSets, blocks: blockSets } }, signal)).table;

  return {
    async reconcile({ rules, pods }, signal) {
      const text = renderTable(rules);
      const entries = (): readonly Entry[] => [...pods().flatMap(entriesOf), ...(rules.peers ?? []).map(entryOfPeer)];
      let found = await look(signal);
      const isAsWritten = found !== undefined && written?.text === text && written.fingerprint === found.fingerprint;
      if (!isAsWritten) {
        await kernel.run({ operations: planSurroundings(rules) }, signal);
        await nft(renderTable(rules, entries()), signal);
        found = await look(signal);
        written = found && { text, fingerprint: found.fingerprint };
      }
      const operations = found === undefined ? [] : planElements(found, entries());
      if (operations.length > 0) await kernel.run({ operations }, signal);
      return { table: !isAsWritten, elements: operations.length };
    },
  };
}
