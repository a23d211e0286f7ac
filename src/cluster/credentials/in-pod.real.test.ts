import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { describe, it, type TestContext } from "node:test";
import { isHeddleError, silentLogger, systemClock, systemRandom } from "../../base/index.ts";
import { parseClusterId, resourceName, stringAt } from "../../model/index.ts";
import { kubeForTest, type KubeCluster, until } from "../../../test/kube/index.ts";
import { type ClusterAccess } from "../access.ts";
import { createCluster } from "../cluster.ts";
import { type AccessQuestion, type Cluster } from "../model.ts";
import { inClusterAccess, serviceAccountFolder } from "./in-cluster.ts";
import { tokenAccess } from "./token-access.ts";

const rbac = join(import.meta.dirname, "../../../deploy/rbac.yaml");
const env = { KUBERNETES_SERVICE_HOST: "", KUBERNETES_SERVICE_PORT: "" };

const open = (access: ClusterAccess): Cluster =>
  createCluster(
    { clock: systemClock, random: systemRandom, log: silentLogger },
    { id: parseClusterId("in-pod"), access },
  );

/** A custom resource definition, and what its maker lets `view` see of it. */
const customResource = (kind: string, aggregated: boolean): readonly object[] => {
  const [plural, group] = [`${kind.toLowerCase()}s`, "example.org"];
  const schema = { openAPIV3Schema: { type: "object" } };
  const names = { kind, plural, singular: kind.toLowerCase() };
  const spec = { group, names, scope: "Cluster", versions: [{ name: "v1", served: true, storage: true, schema }] };
  const label = "rbac.authorization.k8s.io/aggregate-to-view";
  const role = {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name: `view-${plural}`, labels: { [label]: "true" } },
    rules: [{ apiGroups: [group], resources: [plural], verbs: ["get", "list", "watch"] }],
  };
  const definition = {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec,
  };
  return aggregated ? [definition, role] : [definition];
};

const pod = (image: string, namespace: string) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "heddle", namespace },
  spec: {
    serviceAccountName: "heddle",
    terminationGracePeriodSeconds: 0,
    containers: [{ name: "main", image, imagePullPolicy: "Never", command: ["sh", "-c", "echo started; sleep 3600"] }],
  },
});

/** The pod's own service account folder, copied out of it, and the way in that Heddle would take inside. */
async function accessOfPod(t: TestContext, kube: KubeCluster): Promise<ClusterAccess> {
  const folder = await mkdtemp(join(tmpdir(), "heddle-in-pod-"));
  t.after(() => rm(folder, { recursive: true }));
  const inPod = (...command: readonly string[]) =>
    kube.kubectl(["exec", "--namespace", "heddle", "heddle", "--", ...command]);
  for (const name of ["token", "ca.crt", "namespace"])
    await writeFile(join(folder, name), await inPod("cat", `${serviceAccountFolder}/${name}`));
  const given = Object.fromEntries((await inPod("env")).split("\n").map((line) => line.split("=", 2)));
  for (const name of Object.keys(env)) assert.ok(given[name], `the pod is given ${name}`);
  // The service's address is for pods only; the same API server answers on its own.
  const { hostname, port } = new URL(kube.server);
  const outside = { ...env, KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
  const access = await inClusterAccess({ env: outside, clock: systemClock }, { folder });
  assert.equal(access.namespace, "heddle");
  return access;
}

describe("the account of deploy/rbac.yaml, from within a real pod,", () => {
  it("sees everything but secrets, and can do nothing else", async (t) => {
    const kube = await kubeForTest(t, { nodes: 1 });
    if (kube === undefined) return;
    await kube.kubectl(["apply", "-f", rbac]);
    const objects = [
      ...customResource("Shown", true),
      ...customResource("Hidden", false),
      pod(kube.busyboxImage, "heddle"),
    ];
    const input = objects.map((object) => JSON.stringify(object)).join("\n---\n");
    await kube.kubectl(["apply", "-f", "-"], { input });
    await kube.kubectl(["wait", "--namespace", "heddle", "--for=condition=Ready", "pod/heddle", "--timeout=180s"]);
    await using cluster = open(await accessOfPod(t, kube));
    await t.test("is who it should be", () => isAccount(cluster));
    await t.test("lists and watches every kind that is served, but secrets and what nobody lets it see", () =>
      seesEverything(cluster),
    );
    await t.test("reads health, version and logs", () => readsHealthAndLogs(cluster));
    await t.test("may neither change, run nor reach anything", () => mayNothingElse(cluster));
    await t.test("could run commands as root, were it let get everything", () => wildcardRuns(kube));
  });
});

async function isAccount(cluster: Cluster): Promise<void> {
  const body = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" };
  const path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
  const review = await cluster.api.json({ method: "POST", path, body });
  assert.equal(stringAt(review, "status", "userInfo", "username"), "system:serviceaccount:heddle:heddle");
}

async function seesEverything(cluster: Cluster): Promise<void> {
  const forbidden = async (): Promise<readonly string[]> => {
    const resources = (await cluster.discovery.resources()).filter(({ verbs }) => verbs.includes("watch"));
    assert.ok(resources.length > 50, `${resources.length} kinds`);
    const asked = await Promise.all(
      resources.map(async (resource) => {
        const { group, plural } = resource;
        const { allowed } = await cluster.objects.reviewAccess({ verb: "watch", group, resource: plural });
        const listed = await cluster.objects.list(resource).then(
          () => true,
          (error: unknown) => {
            if (isHeddleError(error, "HEDDLE_CLUSTER_FORBIDDEN")) return false;
            throw error;
          },
        );
        assert.equal(listed, allowed, resourceName(resource));
        return listed ? [] : [resourceName(resource)];
      }),
    );
    return asked.flat().toSorted();
  };
  // The controller that gathers the rules takes a moment.
  await until("the roles to be gathered", async () => {
    cluster.discovery.refresh();
    assert.deepEqual(await forbidden(), ["hiddens.example.org", "secrets"]);
    return true;
  });
}

async function readsHealthAndLogs(cluster: Cluster): Promise<void> {
  assert.equal(await cluster.api.text({ path: "/livez" }), "ok");
  assert.equal(await cluster.api.text({ path: "/readyz" }), "ok");
  assert.match(await cluster.api.text({ path: "/version" }), /gitVersion/);
  let log = "";
  for await (const chunk of await cluster.pods.logs({ namespace: "heddle", pod: "heddle" }))
    log += Buffer.from(chunk).toString();
  assert.equal(log, "started\n");
}

/** kubectl's words: verb, then resource[/subresource][.group]. */
const denied: readonly string[] = [
  ...["get", "list", "watch"].map((verb) => `${verb} secrets`),
  ...["pods/exec", "pods/attach", "pods/portforward", "pods/proxy", "services/proxy", "nodes/proxy"].flatMap(
    (target) => [`get ${target}`, `create ${target}`],
  ),
  ...["create", "update", "patch", "delete", "deletecollection"].flatMap((verb) => [
    `${verb} pods`,
    `${verb} deployments.apps`,
    `${verb} customresourcedefinitions.apiextensions.k8s.io`,
  ]),
  "create serviceaccounts/token",
  "create pods/eviction",
  "update deployments/scale.apps",
  "impersonate users",
  "escalate clusterroles.rbac.authorization.k8s.io",
  "bind clusterroles.rbac.authorization.k8s.io",
  "approve signers.certificates.k8s.io",
];

const questionOf = (words: string): AccessQuestion => {
  const [verb = "", target = ""] = words.split(" ");
  const [, resource = "", subresource, group = ""] = /^([a-z]+)(?:\/([a-z]+))?(?:\.(.+))?$/.exec(target) ?? [];
  return { verb, group, resource, ...(subresource !== undefined && { subresource }) };
};

async function mayNothingElse(cluster: Cluster): Promise<void> {
  const allowed = await Promise.all(
    denied.map(async (words) => ((await cluster.objects.reviewAccess(questionOf(words))).allowed ? [words] : [])),
  );
  assert.deepEqual(allowed.flat(), []);
  const run = cluster.pods.exec({ namespace: "heddle", pod: "heddle" }, { command: ["id"] });
  await assert.rejects(run, { code: "HEDDLE_CLUSTER_FORBIDDEN" });
}

/** Why the role names the kinds of the core group: what a careless one would give away. */
async function wildcardRuns(kube: KubeCluster): Promise<void> {
  await kube.kubectl(["create", "serviceaccount", "careless"]);
  await kube.kubectl(["create", "clusterrole", "careless", "--verb=get,list,watch", "--resource=*.*"]);
  const binding = ["--clusterrole=careless", "--serviceaccount=default:careless"];
  await kube.kubectl(["create", "clusterrolebinding", "careless", ...binding]);
  const token = await kube.serviceAccountToken({ namespace: "default", name: "careless" });
  const options = { server: kube.server, token, tls: { caFile: kube.caFile } };
  await using cluster = open(await tokenAccess(options, { env: {}, clock: systemClock }));
  await until(
    "the role to count",
    async () => (await cluster.objects.reviewAccess(questionOf("get pods/exec"))).allowed,
  );
  let output = "";
  const stdout = new Writable({
    write(chunk: Buffer, _encoding, done) {
      output += chunk.toString();
      done();
    },
  });
  await cluster.pods.exec({ namespace: "heddle", pod: "heddle" }, { command: ["id", "-un"], stdout });
  assert.equal(output, "root\n");
}
