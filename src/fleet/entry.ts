import { abortable, type Clock, type HeddleError, isHeddleError, messageOf, toHeddleError } from "../base/index.ts";
import { type Cluster } from "../cluster/index.ts";
import { type ClusterHealth, type ClusterId, type ClusterSummary, unknownHealth } from "../model/index.ts";
import { countCluster } from "./counts.ts";
import { connectTimedOut, fleetClosed, repeatedCluster } from "./failures.ts";
import { type PlannedCluster } from "./plan/model.ts";
import { clusterUid, type ReachedCluster } from "./reach.ts";
import { withinTime } from "./time-limit.ts";

/** What an entry needs of its fleet. */
export type EntrySurroundings = Readonly<{
  clock: Clock;
  connectTimeoutMs: number;
  /** Waits for a place in the pool, then reaches the cluster within the time limit. `again`: the last attempt failed. */
  reach(planned: PlannedCluster, options: Readonly<{ again: boolean; signal: AbortSignal }>): Promise<ReachedCluster>;
  /** Called when the entry's uid became known or changed; resolves when each entry knows whether it is refused. */
  settle(entry: Entry, signal: AbortSignal): Promise<void>;
  onChange(id: ClusterId): void;
}>;

/**
 * One entry of a fleet: its cluster, its state, its work, and everything that ends with it. One attempt to connect and
 * one check at a time, shared by all who ask; no caller's abort is another's.
 */
export class Entry implements AsyncDisposable {
  readonly id: ClusterId;
  readonly #surroundings: EntrySurroundings;
  readonly #scope = new AbortController();
  #planned: PlannedCluster;
  #summary: ClusterSummary;
  #cluster: Cluster | undefined;
  #uid: string | undefined;
  #owner: ClusterId | undefined;
  #attempt: Promise<Cluster> | undefined;
  #checking: Promise<void> | undefined;

  constructor(planned: PlannedCluster, surroundings: EntrySurroundings) {
    this.id = planned.info.id;
    this.#planned = planned;
    this.#surroundings = surroundings;
    this.#summary = { info: planned.info, health: unknownHealth };
  }

  get planned(): PlannedCluster {
    return this.#planned;
  }

  /** Aborts when the entry ends. */
  get signal(): AbortSignal {
    return this.#scope.signal;
  }

  get summary(): ClusterSummary {
    return this.#summary;
  }

  /** As last reached; kept while the cluster is away, so that no later entry slips into its place. */
  get uid(): string | undefined {
    return this.#uid;
  }

  /** The earlier entry that has the cluster which this one reaches: this one is refused. */
  get owner(): ClusterId | undefined {
    return this.#owner;
  }

  /** The end of the attempt under way; at once when there is none. Never fails. */
  async attempted(): Promise<void> {
    await Promise.allSettled([this.#attempt]);
  }

  /** The end of the check under way; at once when there is none. Never fails. */
  async checked(): Promise<void> {
    await Promise.allSettled([this.#checking]);
  }

  async connect(signal: AbortSignal): Promise<Cluster> {
    this.signal.throwIfAborted();
    signal.throwIfAborted();
    if (this.#attempt === undefined) {
      if (this.#owner !== undefined) throw repeatedCluster(this.id, this.#owner);
      if (this.#cluster !== undefined) return this.#cluster;
    }
    return abortable(this.#try(), signal);
  }

  async check(signal: AbortSignal): Promise<ClusterSummary> {
    this.signal.throwIfAborted();
    signal.throwIfAborted();
    this.#checking ??= this.#checkNow().finally(() => (this.#checking = undefined));
    await abortable(this.#checking, signal);
    return this.#summary;
  }

  /** Says that an earlier entry has the cluster that this one reaches; undefined: none has, or none has any more. */
  async refuse(owner: ClusterId | undefined): Promise<void> {
    const before = this.#owner;
    this.#owner = owner;
    if (owner !== undefined) {
      if (before !== owner) this.#fail(repeatedCluster(this.id, owner));
      await this.#close();
    } else if (before !== undefined) this.#tell({ health: unknownHealth });
  }

  /** Goes by another name, environment or region from now on; connections stay. */
  relabel(planned: PlannedCluster): void {
    this.#planned = planned;
    const info = { ...planned.info, server: this.#summary.info.server };
    if (JSON.stringify(info) !== JSON.stringify(this.#summary.info)) this.#tell({ ...this.#summary, info });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end(fleetClosed());
  }

  /** Ends what is under way, for this reason, and closes its connections; resolves when they are. */
  async end(reason: HeddleError): Promise<void> {
    this.#scope.abort(reason);
    await Promise.allSettled([this.#attempt, this.#checking]);
    await this.#close();
  }

  #try(): Promise<Cluster> {
    this.#attempt ??= this.#reach().finally(() => (this.#attempt = undefined));
    return this.#attempt;
  }

  async #reach(): Promise<Cluster> {
    const again = this.#summary.health.state === "Failed";
    try {
      const { cluster, uid } = await this.#surroundings.reach(this.#planned, { again, signal: this.signal });
      this.#cluster = cluster;
      this.#uid = uid ?? this.#uid;
      await this.#surroundings.settle(this, this.signal);
      this.signal.throwIfAborted();
      if (this.#owner !== undefined) throw repeatedCluster(this.id, this.#owner);
      // Refused, closed for it, and not refused any more, all while it settled.
      if (this.#cluster !== cluster) return await this.#reach();
      const info = { ...this.#summary.info, server: cluster.server };
      this.#tell({ info, health: again ? unknownHealth : this.#summary.health });
      return cluster;
    } catch (error) {
      if (!this.signal.aborted) this.#fail(error);
      throw error;
    }
  }

  async #checkNow(): Promise<void> {
    let cluster: Cluster;
    try {
      // One that was refused is reached anew: its cluster, or the other's, may have been replaced.
      cluster = this.#owner === undefined ? await this.connect(this.signal) : await this.#try();
    } catch {
      this.signal.throwIfAborted();
      return;
    }
    const health = await cluster.health.check(this.signal);
    // Closed while it was asked: its answer is about that.
    if (this.#cluster !== cluster) return;
    if (health.state === "Failed") {
      this.#tell({ health });
      // Credentials that are not accepted may have been replaced on disk: the next attempt reads them anew.
      if (isCredentialFailure(health)) await this.#close();
      return;
    }
    const counts = await this.#lookAround(cluster);
    if (this.#cluster === cluster) this.#tell({ health, ...counts });
  }

  /** The counts; and whether this is still the cluster that it was. */
  async #lookAround(cluster: Cluster): Promise<Pick<ClusterSummary, "nodes" | "namespaces">> {
    const { clock, connectTimeoutMs: limitMs, settle } = this.#surroundings;
    const error = () => connectTimedOut(this.#summary.info, limitMs);
    try {
      return await withinTime(
        async (signal) => {
          const [counts, uid] = await Promise.all([countCluster(cluster, signal), clusterUid(cluster, signal)]);
          if (uid !== undefined && uid !== this.#uid) {
            this.#uid = uid;
            await settle(this, signal);
          }
          return counts;
        },
        { limitMs, clock, signal: this.signal, error },
      );
    } catch {
      this.signal.throwIfAborted();
      return {};
    }
  }

  #fail(thrown: unknown): void {
    const error = toHeddleError(thrown, "HEDDLE_FLEET_CONNECT_FAILED");
    const checkedAtMs = this.#surroundings.clock.nowMs();
    this.#tell({ health: { state: "Failed", reason: messageOf(error), error, checkedAtMs } });
  }

  #tell(news: Partial<ClusterSummary>): void {
    const { info, health } = this.#summary;
    const lastSuccessAtMs = news.health?.lastSuccessAtMs ?? health.lastSuccessAtMs;
    const known = lastSuccessAtMs === undefined ? {} : { lastSuccessAtMs };
    this.#summary = { info, ...news, health: { ...(news.health ?? health), ...known } };
    this.#surroundings.onChange(this.id);
  }

  async #close(): Promise<void> {
    const cluster = this.#cluster;
    this.#cluster = undefined;
    await cluster?.[Symbol.asyncDispose]();
  }
}

const isCredentialFailure = ({ error }: ClusterHealth): boolean =>
  isHeddleError(error) && (error.code === "HEDDLE_CLUSTER_UNAUTHORIZED" || error.code.startsWith("HEDDLE_CREDENTIAL_"));
