/**
 * test/kube: real Kubernetes clusters for tests, benches and people, each in namespaces of its own, up in seconds.
 *
 * Promises   `startKube` resolves when /readyz is ok (and every node Ready); nothing is left behind after disposal, nor
 *            after the process that started it ended in any way: processes, namespaces, links, mounts, control groups.
 * Ordering   clusters are independent of each other; several run side by side (450 MB each with one node).
 * Fails      with UsageError (bad or taken name), HEDDLE_TEST_KUBE_UNAVAILABLE (with what a person can do),
 *            HEDDLE_TEST_KUBE_FAILED and HEDDLE_TEST_TIMEOUT with the log's last lines.
 * Is not     a fake: these are Kubernetes' own binaries. Nor a cluster for production: etcd never syncs to disk.
 */
export type {
  KeyPair,
  KubeCluster,
  KubeNode,
  KubeOptions,
  KubeTokens,
  LentKube,
  NodeAgent,
  RunOptions,
  TestCluster,
  UserCertificateOptions,
} from "./model.ts";
export { prepareKube, startKube } from "./cluster.ts";
export { kubeForTest, ownOf, testKube } from "./for-test.ts";
export { lentKube, sharedNode, sharedTestKube, startPool } from "./pool.ts";
export { findKubectl } from "./named-cluster.ts";
export { testNamespace } from "./test-namespace.ts";
export { type FaultProxy, type FaultProxyOptions, startFaultProxy } from "./fault-proxy.ts";
export { type Fault, type FaultRule, goneEvent, type Injected, type ProxiedRequest, statusOf } from "./fault.ts";
export { type Relay, startRelay } from "./relay.ts";
export { type Authority, type CertificateOptions, createAuthority } from "./certificate.ts";
export { kubeconfigOf, type KubeconfigParts } from "./kubeconfig.ts";
export { until, type UntilOptions } from "./until.ts";
export { run } from "./process.ts";
