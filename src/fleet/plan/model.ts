import { type ClusterAccess } from "../../cluster/index.ts";
import { type ClusterInfo } from "../../model/index.ts";
import { type LiveSettings, type RequestLimits, type ResourceChoice } from "../config/model.ts";

/** One cluster that the fleet is going to have, before anything is contacted. */
export type PlannedCluster = Readonly<{
  /** `server` is empty where it cannot be told yet. */
  info: ClusterInfo;
  /** Where it was found, in words: "context prod of /home/me/.kube/config", "heddle.yaml:2". */
  origin: string;
  limits: RequestLimits;
  /** The kinds to follow. */
  resources: ResourceChoice;
  /** Equal for one and the same way in as it is written down; tells nothing of the secrets in it. */
  way: string;
  /** The authority (PEM) that vouches for the server, where one is named: different clusters seldom share one. */
  authority: string | undefined;
  /**
   * Reads what is needed to get in; contacts no one. Each call after the first reads anew, so that what was mended on
   * disk is found. Fails with HEDDLE_KUBECONFIG_… or HEDDLE_CREDENTIAL_….
   */
  access(): Promise<ClusterAccess>;
}>;

/** Which clusters there are, and where each comes from. */
export type FleetPlan = Readonly<{
  /** In words: "3 contexts of /home/me/.kube/config". */
  source: string;
  /** In the order of the configuration; never empty. */
  clusters: readonly PlannedCluster[];
  /** What was decided, to be told before anything is contacted: contexts that are one cluster. */
  notes: readonly string[];
  /** What is less safe than it looks: certificate checks that are off. */
  warnings: readonly string[];
  defaultNamespace: string;
  /** How many clusters connect at a time, as in `live`. */
  workerPoolSize: number;
  live: LiveSettings;
}>;
