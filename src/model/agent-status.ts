/** What is known of the agent and its node, for people, scripts and metrics. JSON as it is. */
export type AgentStatus = Readonly<{
  version: string;
  node: string;
  pid: number;
  startedAt: string;
  /** What is wrong with this node now, a sentence each; empty when nothing is. */
  problems: readonly string[];
  /** What is wrong elsewhere and nothing of this node's can mend: pods of another node that are not reached. */
  warnings: readonly string[];
  plugin: Readonly<{
    confDir: string;
    binDir: string;
    foundBy: string;
    /** Client, settings and conflist are as they should be. */
    installed: boolean;
    cniVersion: string;
    /** Configurations of others that the runtime takes before ours. */
    before: readonly string[];
  }>;
  bridges: readonly Readonly<{ name: string; up: boolean; addresses: readonly string[] }>[];
  database: Readonly<{ path: string; unwritten: number; setAside?: string | undefined }>;
  apiServer: Readonly<{ followed: boolean; error?: string | undefined; podCidrs: readonly string[] }>;
  /** How the pods of other nodes are reached; `by` is "link", "tunnel" or "none". */
  nodes: readonly Readonly<{ name: string; podCidr: string; by: string; because: string }>[];
  /** Those with an attachment. */
  pods: number;
  /** A pod of several networks has several. */
  attachments: number;
  ranges: readonly RangeStatus[];
  /** The last request that was refused. */
  lastError?: Readonly<{ at: string; verb: string; code: number; message: string }> | undefined;
  recovery: Readonly<{ at?: string | undefined; done: readonly string[]; failed: readonly string[] }>;
}>;

export type RangeStatus = Readonly<{
  network: string;
  /** The first that a pod can get. */
  first: string;
  last: string;
  gateway: string;
  used: number;
  resting: number;
  /** Exact below 2^53: of an IPv6 range, nearly. */
  free: number;
}>;

/** An attachment as `heddle agent pods` and `heddle agent ips` show it. */
export type AttachmentStatus = Readonly<{
  namespace?: string | undefined;
  pod?: string | undefined;
  uid?: string | undefined;
  network: string;
  containerId: string;
  interface: string;
  hostInterface: string;
  mac: string;
  addresses: readonly string[];
  since: string;
}>;
