import { join } from "node:path";
import { type Child, startChild } from "../../child.ts";
import { markedBy } from "../../marks.ts";
import { type World } from "../world/world.ts";
import { type EngineQuestion } from "./model.ts";

export type PeerName = "dynamic" | "typed" | "clientNode";

/** As bin/heddle starts its Node. */
const heap = ["--max-semi-space-size=64", "--min-semi-space-size=16"];

/** A process that prints EngineAnswers. */
export const startEngine = (world: World, question: Partial<EngineQuestion> = {}): Child =>
  startChild([process.execPath, ...heap, join(import.meta.dirname, "engine.ts")], {
    kubeconfigPath: world.kubeconfigPath,
    relations: false,
    changes: 0,
    ...question,
  });

/** A peer's process, which prints Synced, then Heard; `informer` is the path of client-go's. */
export function startPeer(
  world: World,
  { peer, informer, changes = 0 }: Readonly<{ peer: PeerName; informer: string; changes?: number }>,
): Child {
  const clientNode = [process.execPath, join(import.meta.dirname, "client-node.ts")];
  const question = { clusters: world.clusters, typed: peer === "typed", marked: markedBy, changes };
  return startChild(peer === "clientNode" ? clientNode : [informer], question);
}
