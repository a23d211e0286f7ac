import { type Readable, type Writable } from "node:stream";

/** One container of one pod; without `container` the pod's default container, else its first. */
export type ContainerTarget = Readonly<{ namespace: string; pod: string; container?: string | undefined }>;

/** The Kubernetes PodLogOptions that people use. */
export type LogOptions = Readonly<{
  follow?: boolean;
  previous?: boolean;
  timestamps?: boolean;
  sinceSeconds?: number;
  /** RFC 3339. */
  sinceTime?: string;
  tailLines?: number;
  limitBytes?: number;
  signal?: AbortSignal;
}>;

export type TerminalSize = Readonly<{ columns: number; rows: number }>;

export type ExecOptions = Readonly<{
  command: readonly string[];
  stdin?: Readable;
  stdout?: Writable;
  stderr?: Writable;
  /** With a terminal, stderr arrives on stdout. */
  tty?: boolean;
  /** The terminal's first and later sizes. */
  sizes?: AsyncIterable<TerminalSize>;
  signal?: AbortSignal;
}>;

export type ExecResult = Readonly<{ exitCode: number }>;

export type PortForwardOptions = Readonly<{
  namespace: string;
  pod: string;
  /** The pod's port. */
  port: number;
  /** 0 picks a free one. */
  localPort: number;
  localAddress?: string;
  signal?: AbortSignal;
  /** Told of a connection that failed; the others go on. */
  onError?: (error: unknown) => void;
}>;

export type PortForward = AsyncDisposable & Readonly<{ localAddress: string; localPort: number }>;

/** What runs inside a pod and what comes out of it, in one cluster. */
export type PodStreams = Readonly<{
  /**
   * The log's bytes as they come; ends with the log, or, when following, with the container. Aborting makes the
   * iteration throw the signal's reason.
   */
  logs(target: ContainerTarget, options?: LogOptions): Promise<AsyncIterable<Uint8Array>>;
  /** Resolves when the command has ended. A command that ends with 1 is a result, not an error. */
  exec(target: ContainerTarget, options: ExecOptions): Promise<ExecResult>;
  /** Like exec, but to the container's main process, whose exit code Kubernetes does not tell: it is always 0. */
  attach(target: ContainerTarget, options: Omit<ExecOptions, "command">): Promise<ExecResult>;
  /** Listens until disposed or aborted; one WebSocket for each connection. */
  portForward(options: PortForwardOptions): Promise<PortForward>;
}>;
