import type { TestContext } from "node:test";
import { isHeddleError, messageOf } from "../../src/base/index.ts";
import { startKube } from "./cluster.ts";
import type { KubeCluster, KubeOptions, TestCluster } from "./model.ts";
import { namedCluster } from "./named-cluster.ts";

/** What a test is asked for: to be skipped, and told of its end. */
export type Skipper = Pick<TestContext, "skip" | "after">;

const unavailable = ["HEDDLE_TEST_KUBE_UNAVAILABLE", "HEDDLE_TEST_NO_GO", "HEDDLE_TEST_BUILD_FAILED"] as const;

/**
 * A cluster of the test's own, ended after the test; where this machine cannot have one, the test is skipped with the
 * reason and the answer is undefined. For tests that kill, compact, or look into nodes.
 */
export async function kubeForTest(t: Skipper, options: KubeOptions = {}): Promise<KubeCluster | undefined> {
  if (process.env["HEDDLE_TEST_KUBECONFIG"])
    return void t.skip("needs a cluster of its own; HEDDLE_TEST_KUBECONFIG names one that must not be touched");
  try {
    const cluster = await startKube(options);
    t.after(() => cluster[Symbol.asyncDispose]());
    return cluster;
  } catch (error) {
    if (unavailable.some((code) => isHeddleError(error, code))) return void t.skip(messageOf(error));
    throw error;
  }
}

/**
 * The cluster that HEDDLE_TEST_KUBECONFIG names, else one of the test's own as `kubeForTest` makes it.
 * For tests that touch nothing but what they make in namespaces of their own.
 */
export async function testKube(t: Skipper, options: KubeOptions = {}): Promise<TestCluster | undefined> {
  const path = process.env["HEDDLE_TEST_KUBECONFIG"];
  if (path) return namedCluster(t, path);
  const own = await kubeForTest(t, options);
  if (own === undefined) return undefined;
  const { name, server, ca, kubeconfigPath, kubectl, busyboxImage, tokens } = own;
  const shared = { name, server, ca, kubeconfigPath, kubectl, busyboxImage };
  const stranger = { user: "nobody", token: tokens.nobody };
  return { ...shared, namespace: "default", credential: { token: tokens.admin }, stranger, own };
}

/** The cluster when it is the test's own; else the test is skipped with what it would do to another's. */
export function ownOf(
  t: Pick<TestContext, "skip">,
  cluster: Pick<TestCluster, "own">,
  what: string,
): KubeCluster | undefined {
  if (cluster.own === undefined) t.skip(`needs a cluster of its own: ${what}; HEDDLE_TEST_KUBECONFIG names another's`);
  return cluster.own;
}
