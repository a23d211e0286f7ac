/**
 * agent: a Linux node's network: the Container Network Interface, addresses, links, rules, routes to other nodes.
 *
 * Promises   pods of this node get their network from the runtime's verbs alone: ADD and DEL go on without the API
 *            server; what is torn down is torn down once, however often it is asked for.
 * Ordering   verbs of one attachment come one after another; those of different ones run side by side; GC runs alone.
 * Fails      towards the runtime with the specification's codes; towards who composes it with HeddleError.
 * Is not     the executable that the runtime calls (native/heddle-cni.c passes on and returns, and decides nothing), nor
 *            a reader of clusters: it is told about its node, its pods and the other nodes.
 */
export { type Agent, startAgent } from "./agent.ts";
export type { AgentDeps, AgentOptions } from "./parts.ts";
export { applyInstall, observeFolders } from "./install/apply.ts";
export { findFolders, type NodeFiles } from "./install/folders.ts";
export type { CniFolders } from "./install/model.ts";
export { digestOf, explainStep, planUninstall } from "./install/plan.ts";
export { keepSmall } from "./memory.ts";
export { parseNetworkFile } from "./network-file.ts";
export type { NodeFacts, NodeView, NodeWatch, PodFacts } from "./node/model.ts";
export { standaloneNode, watchNode } from "./node/watch.ts";
export { askStatus, statusSocketOf } from "./status/door.ts";
