import { type AgentStatus, type AttachmentStatus, type ServerAddress } from "../../model/index.ts";

/** How an agent is started: the flags as they were given, with their defaults. */
export type AgentStart = Readonly<{
  nodeName: string;
  standalone: boolean;
  /** Without it and not standalone: the pod's own service account. */
  kubeconfigPath?: string | undefined;
  context?: string | undefined;
  socketPath: string;
  dataFolder: string;
  /** Found by what is installed on the node when not given. */
  confDir?: string | undefined;
  binDir?: string | undefined;
  networkPath?: string | undefined;
  exclusive: boolean;
  /** Where metrics are told over TCP. */
  metricsAddress?: ServerAddress | undefined;
  verbose: boolean;
}>;

/** An agent that runs. Disposing ends it, and leaves the conflist and running pods alone. */
export type RunningAgent = AsyncDisposable &
  Readonly<{
    /** Where it installs, and how it knows. */
    folders: Readonly<{ confDir: string; binDir: string; because: string }>;
    /** Resolves when the plugin is installed; rejects when the agent ends before. */
    installed: Promise<void>;
    /** Rejects when the agent cannot go on: whoever supervises it starts it anew. */
    lost: Promise<never>;
  }>;

/** What the agent's commands ask of the composition root. */
export type AgentPort = Readonly<{
  start(options: AgentStart, signal: AbortSignal): Promise<RunningAgent>;
  /** Fail with HEDDLE_AGENT_NOT_RUNNING when no agent answers at the socket. */
  status(socketPath: string, signal: AbortSignal): Promise<AgentStatus>;
  attachments(socketPath: string, signal: AbortSignal): Promise<readonly AttachmentStatus[]>;
  /** Takes plugin and conflist away; answers what was done, a line each. */
  uninstall(folders: Pick<AgentStart, "confDir" | "binDir">): Promise<readonly string[]>;
}>;
