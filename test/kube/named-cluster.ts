import { rmSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { findCommand } from "../install.ts";
import { kubernetesBinaries } from "./components.ts";
import { busyboxImage } from "./image.ts";
import type { TestCluster } from "./model.ts";
import { run } from "./process.ts";
import { testNamespace } from "./test-namespace.ts";

/** What `kubectl config view --raw --flatten --minify` answers: one of each, files read. */
type Kubeconfig = Readonly<{
  clusters: readonly Readonly<{ cluster: Readonly<{ server: string; "certificate-authority-data"?: string }> }>[];
  users: readonly Readonly<{
    user: Readonly<{ token?: string; "client-certificate-data"?: string; "client-key-data"?: string }>;
  }>[];
  contexts: readonly Readonly<{ name: string; context: Readonly<Record<string, string>> }>[];
}>;

/** Whatever it is called there: one that Heddle takes as an id as it is. */
const name = "named";

/**
 * The cluster of a kubeconfig's current context, met by a copy of that context whose namespace is one that only this
 * test uses. What the copy cannot hold (a plugin's credential, a public authority) skips the test with the reason.
 */
export async function namedCluster(
  t: Pick<TestContext, "skip" | "after">,
  path: string,
): Promise<TestCluster | undefined> {
  const kubectl = await findKubectl();
  const at = (kubeconfig: string): TestCluster["kubectl"] => {
    return (args, options) => run([kubectl, "--kubeconfig", kubeconfig, ...args], options);
  };
  const text = await at(path)(["config", "view", "--raw", "--flatten", "--minify", "-o", "json"]);
  const config = JSON.parse(text) as Kubeconfig;
  const [context, cluster, user] = [config.contexts[0], config.clusters[0]?.cluster, config.users[0]?.user];
  const credential = credentialOf(user);
  const authority = cluster?.["certificate-authority-data"];
  if (context === undefined || cluster === undefined || authority === undefined || credential === undefined)
    return void t.skip(
      `HEDDLE_TEST_KUBECONFIG=${path}: its current-context must name a cluster with an authority (certificate-authority) and a user with a token or a client certificate`,
    );
  const namespace = await testNamespace(t, { kubectl: at(path) });
  const folder = await mkdtemp(join(tmpdir(), "heddle-named-"));
  // Not before what the test registers for its end, which may still ask.
  process.once("exit", () => rmSync(folder, { recursive: true }));
  const kubeconfigPath = join(folder, "kubeconfig");
  const contexts = [{ name, context: { ...context.context, namespace } }];
  await writeFile(kubeconfigPath, JSON.stringify({ ...config, contexts, "current-context": name }), { mode: 0o600 });
  const own = at(kubeconfigPath);
  await own(["create", "serviceaccount", "stranger"]);
  return {
    name,
    server: cluster.server,
    ca: decode(authority),
    kubeconfigPath,
    namespace,
    credential,
    stranger: {
      user: `system:serviceaccount:${namespace}:stranger`,
      token: (await own(["create", "token", "stranger"])).trim(),
    },
    busyboxImage: process.env["HEDDLE_TEST_IMAGE"] ?? (await imageThere(own)),
    kubectl: own,
  };
}

/** The kubectl on the PATH, else the test bed's, built when it must be. Rejects with what a person can do. */
export async function findKubectl(onProgress?: (what: string) => void): Promise<string> {
  return (await findCommand("kubectl")) ?? join(await kubernetesBinaries(onProgress), "kubectl");
}

const decode = (base64: string): string => Buffer.from(base64, "base64").toString();

function credentialOf(user: Kubeconfig["users"][number]["user"] = {}): TestCluster["credential"] | undefined {
  const { token, "client-certificate-data": cert, "client-key-data": key } = user;
  if (token !== undefined) return { token };
  return cert === undefined || key === undefined
    ? undefined
    : { certificate: { cert: decode(cert), key: decode(key) } };
}

/** Ours, on clusters that `npm run kube` made; elsewhere the one of the same name in public registries. */
async function imageThere(kubectl: TestCluster["kubectl"]): Promise<string> {
  const images = await kubectl(["get", "nodes", "-o", "jsonpath={.items[*].status.images[*].names[*]}"]).catch(
    () => "",
  );
  return images.split(" ").includes(busyboxImage) ? busyboxImage : "busybox:1";
}
