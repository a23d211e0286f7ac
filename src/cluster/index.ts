/**
 * cluster: one Kubernetes cluster: credentials, HTTP/2 client, discovery, verbs, list-watch, pod streams, health.
 *
 * Promises   one cluster's credentials reach that cluster only; whatever breaks, a follower comes back and in the end
 *            equals a fresh list; nothing runs before it is asked for, nothing after it was disposed.
 * Ordering   changes of one object in the order of the API server; between objects none.
 * Fails      with HeddleError HEDDLE_CLUSTER_… (the API's Status in `details.status`) and HEDDLE_CREDENTIAL_…;
 *            a person's kubeconfig with UsageError HEDDLE_KUBECONFIG_… (file, line, key).
 * Is not     a typed client, a cache, or a fleet: it knows one cluster and keeps no objects.
 */
export type { ClusterAccess, Credential, CredentialValue, Impersonation, TlsAccess } from "./access.ts";
export type { ApiClient, ApiRequest, ApiSocket, ApiStream, QueryValue } from "./api-client.ts";
export { type ClusterDeps, type ClusterOptions, createCluster } from "./cluster.ts";
export { accessFromContext } from "./credentials/context-access.ts";
export { type InClusterAccess, inClusterAccess, type InClusterOptions } from "./credentials/in-cluster.ts";
export { type Kubeconfig, type KubeContext, listContexts } from "./credentials/kubeconfig.ts";
export {
  kubeconfigPaths,
  type KubeconfigSources,
  loadKubeconfig,
  missingWords,
} from "./credentials/kubeconfig-files.ts";
export { overrideTls, type TlsOverride } from "./credentials/override-tls.ts";
export { type CredentialDeps } from "./credentials/renewing.ts";
export { tokenAccess, type TokenAccessOptions } from "./credentials/token-access.ts";
export { placeInYaml, type YamlPlace } from "./credentials/yaml-place.ts";
export { createDiscovery } from "./discovery/discovery.ts";
export { matchAmong } from "./discovery/match.ts";
export {
  createDiscoveryRefresher,
  type DiscoveryRefresher,
  type DiscoveryRefresherDeps,
  type RefresherTuning,
  type ResourceChanges,
} from "./discovery/refresher.ts";
export { createKnownObjects } from "./follow/known-objects.ts";
export { type HealthLimits } from "./health/health-of.ts";
export { createHealthProbe, type HealthProbeDeps, type HealthProbeOptions } from "./health/health.ts";
export type {
  AccessAnswer,
  AccessQuestion,
  Cluster,
  DeleteOptions,
  Discovery,
  FollowEvent,
  FollowOptions,
  FollowStatus,
  HealthProbe,
  KnownObject,
  KnownObjects,
  ListPage,
  ListedBatch,
  ListQuery,
  ListTaking,
  Objects,
  Patch,
  WriteOptions,
} from "./model.ts";
export type { RequestVerb, ToldRequest } from "./http/request-verb.ts";
export { breakOff } from "./streams/break-off.ts";
export { carry as carryToPod, checkForwardable } from "./streams/port-forward.ts";
export { createObjects } from "./objects/objects.ts";
