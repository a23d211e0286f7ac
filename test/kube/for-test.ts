import { randomBytes } from "node:crypto";
import type { TestContext } from "node:test";
import { parse } from "yaml";
import { readFile } from "node:fs/promises";
import { isHeddleError, messageOf } from "../../src/base/index.ts";
import { startKube } from "./cluster.ts";
import { kubernetesBinaries } from "./components.ts";
import type { KubeCluster, KubeOptions, TestCluster } from "./model.ts";
import { run } from "./process.ts";
import { join } from "node:path";

type Skipper = Pick<TestContext, "skip" | "after">;

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
 * For tests that touch nothing but what they make in a `testNamespace`.
 */
export async function testKube(t: Skipper, options: KubeOptions = {}): Promise<TestCluster | undefined> {
  const path = process.env["HEDDLE_TEST_KUBECONFIG"];
  if (path) return await namedCluster(t, path);
  const own = await kubeForTest(t, { controllers: true, ...options });
  if (own === undefined) return undefined;
  const { name, server, kubeconfigPath, kubectl } = own;
  return { name, server, kubeconfigPath, kubectl, own };
}

type Kubeconfig = Readonly<{
  clusters: readonly Readonly<{ name: string; cluster: Readonly<{ server: string }> }>[];
  contexts: readonly Readonly<{ name: string; context: Readonly<{ cluster: string }> }>[];
  "current-context": string;
}>;

async function namedCluster(t: Skipper, kubeconfigPath: string): Promise<TestCluster | undefined> {
  const config = parse(await readFile(kubeconfigPath, "utf8")) as Kubeconfig;
  const context = config.contexts.find((entry) => entry.name === config["current-context"]);
  const cluster = config.clusters.find((entry) => entry.name === context?.context.cluster);
  if (context === undefined || cluster === undefined)
    return void t.skip(`HEDDLE_TEST_KUBECONFIG=${kubeconfigPath} has no current-context with a cluster`);
  const kubectl = await kubernetesBinaries().then(
    (folder) => join(folder, "kubectl"),
    () => "kubectl",
  );
  return {
    name: context.name,
    server: cluster.cluster.server,
    kubeconfigPath,
    kubectl: (args, options) => run([kubectl, "--kubeconfig", kubeconfigPath, ...args], options),
  };
}

/** A namespace that only this test uses, deleted (not waited for) after it. Resolves to its name. */
export async function testNamespace(
  t: Pick<TestContext, "after">,
  cluster: Pick<TestCluster, "kubectl">,
): Promise<string> {
  const name = `heddle-test-${randomBytes(4).toString("hex")}`;
  await cluster.kubectl(["create", "namespace", name]);
  t.after(async () => {
    // The cluster of the test's own may be gone by now, and the namespace with it.
    await cluster.kubectl(["delete", "namespace", name, "--wait=false"]).catch(() => "");
  });
  return name;
}
