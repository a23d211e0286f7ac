import { anySignal, type Clock, HeddleError, type Logger, type Random } from "../base/index.ts";
import { type ClusterId, type PodStreams } from "../model/index.ts";
import { type ClusterAccess } from "./access.ts";
import { createDiscovery } from "./discovery/discovery.ts";
import { createFollow } from "./follow/follow.ts";
import { createHealthProbe, type HealthProbeOptions } from "./health/health.ts";
import { createApiClient } from "./http/client.ts";
import { type ToldRequest } from "./http/request-verb.ts";
import { type Cluster } from "./model.ts";
import { createObjects } from "./objects/objects.ts";
import { createPodStreams } from "./streams/pod-streams.ts";

export type ClusterDeps = Readonly<{
  clock: Clock;
  random: Random;
  log: Logger;
  /** Told of each try of each request, for counting: it must not throw. */
  onRequest?: ((told: ToldRequest & Readonly<{ cluster: ClusterId }>) => void) | undefined;
}>;

export type ClusterOptions = Readonly<{
  id: ClusterId;
  access: ClusterAccess;
  /** Requests a second; undefined or 0: no limit. */
  qps?: number | undefined;
  /** Requests at once after a pause; default twice `qps`. */
  burst?: number | undefined;
  /** Each try of a single request; never of watches, logs and exec. 0: none. Default 30 s. */
  timeoutMs?: number | undefined;
  /** Told to the API server, which writes it into its audit log. Default "heddle". */
  userAgent?: string | undefined;
  health?: HealthProbeOptions | undefined;
}>;

/**
 * One cluster on one set of credentials: client, discovery, verbs, list-watch, pod streams and health. Nothing is sent
 * before the first question. Disposing ends every follower without an error, every pod stream and listener, and all
 * connections; what is still asked, or asked afterwards, fails with HEDDLE_CLUSTER_CLOSED.
 */
export function createCluster(deps: ClusterDeps, options: ClusterOptions): Cluster {
  const { clock, random, onRequest } = deps;
  const { id, access, qps, burst, timeoutMs, userAgent = "heddle", health = {} } = options;
  const log = deps.log.child({ cluster: id });
  const closed = new AbortController();
  const tell = onRequest && ((told: ToldRequest) => onRequest({ ...told, cluster: id }));
  const api = createApiClient({ access, clock, random, log, onRequest: tell }, { qps, burst, timeoutMs, userAgent });
  const follow = createFollow({ api, clock, random, log });
  return {
    id,
    server: api.server,
    warnings: access.warnings,
    api,
    discovery: createDiscovery({ api, clock }),
    objects: createObjects({ api }),
    pods: endedBy(createPodStreams({ api, clock, log }), closed.signal),
    health: createHealthProbe({ api, clock }, health),
    follow: (resource, options) => follow(resource, { ...options, signal: anySignal(options.signal, closed.signal) }),
    async [Symbol.asyncDispose]() {
      closed.abort(new HeddleError(`cluster ${id} was closed`, { code: "HEDDLE_CLUSTER_CLOSED" }));
      await api[Symbol.asyncDispose]();
    },
  };
}

/** Pod streams that also end with `signal`: a port that is forwarded must not listen any longer than its cluster. */
const endedBy = (pods: PodStreams, signal: AbortSignal): PodStreams => ({
  logs: (target, options) => pods.logs(target, { ...options, signal: anySignal(options?.signal, signal) }),
  exec: (target, options) => pods.exec(target, { ...options, signal: anySignal(options.signal, signal) }),
  attach: (target, options) => pods.attach(target, { ...options, signal: anySignal(options.signal, signal) }),
  portForward: (options) => pods.portForward({ ...options, signal: anySignal(options.signal, signal) }),
});
