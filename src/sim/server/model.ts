import { type Clock, type Random } from "../../base/index.ts";
import { type KubeObject } from "../../model/index.ts";
import { type Intent, type View } from "../controllers/model.ts";

export type SimulatedClusterOptions = Readonly<{
  /** In names and messages. Default "simulated". */
  name?: string;
  /** Default: as the system's. */
  clock?: Pick<Clock, "nowMs" | "after">;
  /** Of uids and generated names. Default: seeded by 1, so that two runs are alike. */
  random?: Random;
  /** What clients say who they are by. Default: made. */
  token?: string;
  /** Default: a free one of 127.0.0.1. */
  port?: number;
  /** Writes that watches may resume from. Default 10,000. */
  pastEvents?: number;
  /** False: nothing happens but what clients write. Default true. */
  controllers?: boolean;
  /** Kubernetes' Events of what happened before are not kept. Default: of everything they are. */
  eventsSinceMs?: number;
  /** There from the beginning; a uid and a status that they have are kept. */
  objects?: readonly KubeObject[];
}>;

/** An API server in this process, and everything needed to reach it. Disposing ends every watch and connection. */
export type SimulatedCluster = AsyncDisposable &
  Readonly<{
    name: string;
    /** "https://127.0.0.1:41234" */
    server: string;
    /** PEM: the authority of the server's certificate. */
    authority: string;
    token: string;
    /** A kubeconfig of one context, of this name. */
    kubeconfig(): string;
    /** Watches that are open now. */
    watches(): number;
    /** No watch may resume from before now, as after a compaction of etcd. */
    forgetPast(): void;
    /** Its controllers and nodes do nothing any more; it answers on. */
    still(): void;
    /** Lets something happen that no client asked for: it sees the objects and answers with what changes. */
    happen(happening: (view: View) => readonly Intent[]): void;
  }>;
