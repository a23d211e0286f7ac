import { type HeddleError, isAbort, type Logger, toHeddleError } from "../../base/index.ts";
import { type Cluster, type FollowEvent } from "../../cluster/index.ts";
import { type Change, type KubeObject, type Resource } from "../../model/index.ts";
import { nodeFacts, podFacts } from "./facts.ts";
import { type NodeFacts, type NodeView, type NodeWatch, type PodFacts } from "./model.ts";

export type NodeWatchDeps = Readonly<{ cluster: Pick<Cluster, "follow">; log: Logger }>;

export type NodeWatchOptions = Readonly<{ nodeName: string }>;

/**
 * Follows all nodes and the pods of one, and nothing else: a hundred agents are no burden for an API server. Begins at
 * once; ends with its disposal, never by a failure: those are told in the view and tried again by the follower.
 */
export function watchNode({ cluster, log }: NodeWatchDeps, { nodeName }: NodeWatchOptions): NodeWatch {
  const controller = new AbortController();
  const { signal } = controller;
  const listeners = new Set<() => void>();
  const changed = createTurnBell(() => listeners.forEach((listener) => listener()));
  const nodes = createMirror<NodeFacts>((node) => nodeFacts(node), changed.ring);
  const pods = createMirror<PodFacts>((pod) => podFacts(pod), changed.ring);
  const follow = async (mirror: Mirror, resource: Resource, fieldSelector?: string): Promise<void> => {
    try {
      for await (const event of cluster.follow(resource, { signal, fieldSelector })) mirror.hear(event);
    } catch (error) {
      if (isAbort(error)) return;
      log.error({ resource: resource.plural, error: toHeddleError(error).message }, "the API server is not followed");
      mirror.fail(toHeddleError(error));
    }
  };
  const following = Promise.all([follow(nodes, nodeResource), follow(pods, podResource, `spec.nodeName=${nodeName}`)]);
  return {
    view: () => viewOf(nodeName, { nodes, pods }),
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async [Symbol.asyncDispose]() {
      listeners.clear();
      controller.abort();
      await following;
    },
  };
}

/** Of a node that no Kubernetes knows: nothing is ever heard, and nothing concluded. */
export const standaloneNode = (): NodeWatch => ({
  view: () => ({ others: [], pods: [], complete: false }),
  onChange: () => () => {},
  [Symbol.asyncDispose]: async () => {},
});

function viewOf(
  nodeName: string,
  { nodes, pods }: Readonly<{ nodes: Mirror<NodeFacts>; pods: Mirror<PodFacts> }>,
): NodeView {
  const all = nodes.values().toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const failure = nodes.failure() ?? pods.failure();
  const self = all.find(({ name }) => name === nodeName);
  return {
    ...(self && { self }),
    others: all.filter(({ name }) => name !== nodeName),
    pods: pods.values(),
    complete: nodes.isSynced() && pods.isSynced(),
    ...(failure && { failure }),
  };
}

type Mirror<T = unknown> = Readonly<{
  hear(event: FollowEvent): void;
  fail(error: HeddleError): void;
  values(): readonly T[];
  isSynced(): boolean;
  failure(): HeddleError | undefined;
}>;

/** The facts of each object that there is; the objects themselves are not kept. */
function createMirror<T>(factsOf: (object: KubeObject) => T, onChange: () => void): Mirror<T> {
  const facts = new Map<string, T>();
  let isSynced = false;
  let failure: HeddleError | undefined;
  const take = ({ type, object }: Change): void => {
    const uid = object.metadata.uid ?? "";
    if (type === "deleted") facts.delete(uid);
    else facts.set(uid, factsOf(object));
  };
  return {
    hear(event) {
      if (event.type === "progress") return;
      if (event.type === "changes") event.changes.forEach(take);
      if (event.type === "synced") isSynced = true;
      if (event.type === "synced" || event.type === "changes") failure = undefined;
      if (event.type === "status") failure = event.status === "live" ? undefined : (event.error ?? failure);
      onChange();
    },
    fail(error) {
      failure = error;
      onChange();
    },
    values: () => [...facts.values()],
    isSynced: () => isSynced,
    failure: () => failure,
  };
}

/** Rings once a turn of the event loop, however often it is asked to. */
function createTurnBell(onRing: () => void): Readonly<{ ring(): void }> {
  let isAsked = false;
  return {
    ring() {
      if (isAsked) return;
      isAsked = true;
      setImmediate(() => {
        isAsked = false;
        onRing();
      });
    },
  };
}

/** As every API server has them: the agent needs no discovery, which costs a start 50 ms and 5 MB. */
const nodeResource: Resource = {
  group: "",
  version: "v1",
  kind: "Node",
  plural: "nodes",
  singular: "node",
  namespaced: false,
  verbs: ["get", "list", "watch"],
  shortNames: ["no"],
  categories: [],
  subresources: [],
};

const podResource: Resource = {
  ...nodeResource,
  kind: "Pod",
  plural: "pods",
  singular: "pod",
  namespaced: true,
  shortNames: ["po"],
};
