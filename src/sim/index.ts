/**
 * sim: an API server in this process that speaks the real protocol, with controllers and nodes that live.
 *
 * Promises   over TLS and HTTP/2 a client cannot tell it from a real one, in what it has; what it does not have it
 *            refuses as a real one refuses an unknown thing; the same seed, clock and writes give the same world.
 * Ordering   every write has the next revision; each watch is told in order of revisions.
 * Fails      as the API does: with a Status, in its words and codes (400, 401, 404, 405, 409, 410, 415, 422, 504).
 * Is not     a Kubernetes: no server-side apply, no admission, no access control beyond its token, no real containers.
 */
export { createSimulatedCluster, type SimulatedClusterDeps } from "./server/simulated-cluster.ts";
export { type KubeconfigEntry, kubeconfigText } from "./server/kubeconfig.ts";
export { type SimulatedCluster, type SimulatedClusterOptions } from "./server/model.ts";
export { type Place, type WorldOptions } from "./world/model.ts";
export { createSimulatedFleet, type SimulatedFleet } from "./world/simulated-fleet.ts";
