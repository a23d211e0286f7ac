import { type Logger } from "../../base/index.ts";
import { type AddressBook } from "../addresses/model.ts";
import { type Kernel } from "../kernel/model.ts";
import { type NodeWatch } from "../node/model.ts";
import { type NodeBase } from "./node-base.ts";

/** What the verbs work on. */
export type PodNetworkDeps = Readonly<{
  kernel: Kernel;
  book: AddressBook;
  node: Pick<NodeWatch, "view">;
  base: NodeBase;
  log: Logger;
}>;
