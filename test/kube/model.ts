/** What a caller may choose about a cluster. Everything has a default. */
export type KubeOptions = Readonly<{
  /** DNS label, at most 30 characters, unique on the machine. Default: one that says which process made it. */
  name?: string;
  /** Real kubelets with containerd. Default 0: etcd and the API server only. */
  nodes?: number;
  /**
   * `reference`: bridge and host-local, routed by the harness; `heddle`: `heddle agent` of this checkout in every node;
   * `none`: the caller installs one. Default reference.
   */
  cni?: "reference" | "heddle" | "none";
  /** 2 puts even nodes on a second link, routed to the first: no shared broadcast domain. Default 1. */
  links?: 1 | 2;
  /** `dual` gives nodes, pods and services IPv6 beside IPv4. Default ipv4. */
  ipFamilies?: "ipv4" | "dual";
  /** Controller manager and scheduler. Default: when there are nodes. Needed for namespaces to go away. */
  controllers?: boolean;
  /** kube-proxy's mode in every node. Default nftables. */
  proxy?: "nftables" | "iptables" | "none";
  /** Debian's containerd on the PATH ("1.6") or 2.1 built from its module ("2"). Default 1.6, else 2 where there is none. */
  containerd?: "1.6" | "2";
  /** Debian's etcd on the PATH ("3.4") or 3.6 built from its module, which WatchList needs. Default 3.4. */
  etcd?: "3.4" | "3.6";
  /** Appended to the API server's, so the last one wins: `["--feature-gates=WatchList=false"]`. */
  apiServerArgs?: readonly string[];
  /** Ends the start; what was started is taken down. */
  signal?: AbortSignal;
  /** Told in words what is being done, for people who wait. */
  onProgress?: (what: string) => void;
}>;

/** Users that every cluster knows from its start, by static tokens. */
export type KubeTokens = Readonly<{
  /** In system:masters: may do everything, past RBAC. */
  admin: string;
  /** User "viewer": may read pods, services, workloads, nodes, events in every namespace; no secrets, no writes. */
  viewer: string;
  /** User "nobody": authenticated, no rights. Bind roles to it to try permissions that come and go. */
  nobody: string;
}>;

/** A client certificate and its key, both PEM. */
export type KeyPair = Readonly<{ cert: string; key: string }>;

/** Who a certificate speaks for, and how long. Dates may lie in the past. */
export type UserCertificateOptions = Readonly<{
  user: string;
  groups?: readonly string[];
  notBefore?: Date;
  notAfter?: Date;
}>;

/** `input` or the file `inputFile` is the command's standard input; without either it is empty. */
export type RunOptions = Readonly<{ input?: string; inputFile?: string; signal?: AbortSignal }>;

export type KubeNode = Readonly<{
  name: string;
  /** The kubelet's --node-ip, reachable from the host's namespace. */
  address: string;
  /** The IPv6 address, with ipFamilies dual. */
  address6?: string;
  podCidrs: readonly string[];
  /** The host's pid of the node's first process: killing it kills everything in the node at once. */
  pid: number;
  /** Put before a command to run it in the node: `nsenter --target … --`. */
  enter: readonly string[];
  /** The node's own /var, /run and logs as the host sees them. */
  directory: string;
  /** Runs a command in the node (as root, in its namespaces) and resolves to its standard output. */
  exec(command: readonly string[], options?: RunOptions): Promise<string>;
  /** Imports a docker-archive or OCI tar (a path on the host) into the node's containerd. */
  importImage(tarPath: string): Promise<void>;
  stopKubelet(): Promise<void>;
  startKubelet(): Promise<void>;
  /** With cni heddle: what runs in the node; it ends with it. */
  agent?: NodeAgent;
}>;

export type NodeAgent = Readonly<{
  /** What it says, as lines. */
  logFile: string;
  /** As the host knows it; undefined when it has ended. */
  pid(): number | undefined;
  /** Sends the signal (default SIGTERM) and resolves when the process has ended, with why. */
  stop(signal?: NodeJS.Signals): Promise<string>;
  /** Once more, with further arguments. */
  start(args?: readonly string[]): void;
  /** `heddle agent ARGS` in the node; resolves to its standard output. */
  ask(args: readonly string[]): Promise<string>;
}>;

export type KubeCluster = AsyncDisposable &
  Readonly<{
    name: string;
    /** "https://198.18.1.1:6443", reachable from the host's namespace; the certificate is valid for 127.0.0.1 and localhost too. */
    server: string;
    /** PEM file of the authority of the API server's certificate. */
    caFile: string;
    /** For the same authority as text. */
    ca: string;
    /** Admin by client certificate, everything inline, one context named as the cluster. */
    kubeconfigPath: string;
    adminToken: string;
    tokens: KubeTokens;
    /** Files of this cluster on the host: logs/*.log, certificates. Gone after disposal. */
    directory: string;
    nodes: readonly KubeNode[];
    /** In every node, ready to run without a registry. `sh`, `sleep`, `wget`, `nc`, … */
    busyboxImage: string;
    /** Runs kubectl as admin; resolves to standard output, rejects with what kubectl said. */
    kubectl(args: readonly string[], options?: RunOptions): Promise<string>;
    /** A certificate signed by the authority that the API server trusts for clients. */
    userCertificate(options: UserCertificateOptions): KeyPair;
    /**
     * A service account's token that is accepted for `seconds` from now (default 3600; 0 or less: no longer). From 600 on
     * it is the API server's own (TokenRequest, accepted 60 s longer than it says). One that the API server has just
     * checked is believed for up to 10 s more.
     */
    serviceAccountToken(options: Readonly<{ namespace: string; name: string; seconds?: number }>): Promise<string>;
    /** SIGKILL: connections are reset by the kernel. */
    killApiServer(): Promise<void>;
    /** On the same address; resolves when /readyz is ok. `args` replace KubeOptions.apiServerArgs from now on. */
    startApiServer(args?: readonly string[]): Promise<void>;
    /** Stops the API server's process (SIGSTOP): connections stay open and silent. */
    freezeApiServer(): void;
    thawApiServer(): void;
    /** Compacts etcd at its present revision, and answers it. The API server's watch cache may still serve what it remembers. */
    compactEtcd(): Promise<string>;
    /** From now on every resourceVersion seen before answers 410 in a watch: writes, compacts, restarts the API server. */
    forgetHistory(): Promise<void>;
  }>;

/** An API server as one borrows it: what changes it as a whole is its owner's. */
export type LentKube = Pick<
  KubeCluster,
  "name" | "server" | "ca" | "caFile" | "kubeconfigPath" | "adminToken" | "tokens" | "busyboxImage" | "kubectl"
>;

/** A cluster for a test: one of our own, or the one that HEDDLE_TEST_KUBECONFIG names. */
export type TestCluster = Readonly<{
  name: string;
  server: string;
  /** PEM of the authority of its certificate. */
  ca: string;
  /** One context, of an administrator. */
  kubeconfigPath: string;
  /** The kubeconfig's and kubectl's default: in a named cluster one that only this test uses. */
  namespace: string;
  /** The administrator's. */
  credential: Readonly<{ token?: string; certificate?: KeyPair }>;
  /** Someone without any rights until a role is bound to the user. */
  stranger: Readonly<{ user: string; token: string }>;
  /** An image with busybox that its nodes have or can get. */
  busyboxImage: string;
  kubectl(args: readonly string[], options?: RunOptions): Promise<string>;
  /** Undefined for HEDDLE_TEST_KUBECONFIG: nothing may be killed there, nor made outside of own namespaces. */
  own?: KubeCluster;
}>;
