import { type HeddleError } from "../../base/index.ts";
import { type Cidr, type IpAddress } from "../../model/index.ts";

/** What the agent needs of a Node. */
export type NodeFacts = Readonly<{
  name: string;
  /** spec.podCIDRs; empty until the controller manager gave it some. */
  podCidrs: readonly Cidr[];
  /** status.addresses of the type InternalIP. */
  addresses: readonly IpAddress[];
  /** status.nodeInfo.containerRuntimeVersion: "containerd://2.1.4". */
  runtime?: string | undefined;
}>;

/** What the agent needs of a pod of its node. */
export type PodFacts = Readonly<{
  uid: string;
  namespace: string;
  name: string;
  addresses: readonly IpAddress[];
  /** It has the node's network: nothing of it is ours. */
  hostNetwork: boolean;
  /** Succeeded or Failed: its containers do not run and will not again. */
  finished: boolean;
}>;

/** What the API server says, as far as it was heard. */
export type NodeView = Readonly<{
  /** This node; undefined while it is not registered, or nothing was heard. */
  self?: NodeFacts | undefined;
  /** Every other node, by name. */
  others: readonly NodeFacts[];
  /** The pods of this node. */
  pods: readonly PodFacts[];
  /** All nodes, and all pods of this node, were heard once. Until then nothing may be concluded from what is missing. */
  complete: boolean;
  /** Why nothing is heard now. What was heard stays. */
  failure?: HeddleError | undefined;
}>;

/** Where the agent learns about its node: Kubernetes, or nowhere (`--standalone`). */
export type NodeWatch = AsyncDisposable &
  Readonly<{
    view(): NodeView;
    /** Told after each change of what `view` answers, bursts together; the answer ends it. */
    onChange(listener: () => void): () => void;
  }>;
