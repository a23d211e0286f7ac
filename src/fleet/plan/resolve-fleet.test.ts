import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { inspect } from "node:util";
import { createManualClock, type ErrorCode, isHeddleError, UsageError } from "../../base/index.ts";
import { type FleetChoice, resolveFleet } from "./resolve-fleet.ts";
import { type FleetPlan } from "./model.ts";

const testdata = join(import.meta.dirname, "testdata");
const file = (name: string): string => join(testdata, name);
const [many, other] = [file("kubeconfig-many.yaml"), file("kubeconfig-other.yaml")];

const resolve = (
  choice: FleetChoice,
  env: Readonly<Record<string, string>> = {},
  home = "/nowhere",
): Promise<FleetPlan> => resolveFleet(choice, { env, home, clock: createManualClock(Date.now()) });

const refusal = async (plan: Promise<FleetPlan>, code: ErrorCode): Promise<string> => {
  try {
    await plan;
  } catch (error) {
    assert.ok(error instanceof UsageError && isHeddleError(error, code), inspect(error));
    return error.message;
  }
  throw new assert.AssertionError({ message: "a plan was found" });
};

describe("resolveFleet without a configuration", () => {
  it("makes a cluster of every context, each with an id, its own name, and where it came from", async () => {
    const plan = await resolve({ kubeconfigPath: many });
    assert.deepEqual(
      plan.clusters.map(({ info, origin }) => [info.id, info.name, info.server, origin]),
      [
        ["us-admin", "US_admin", "https://10.0.0.1:6443", `context US_admin of ${many}`],
        ["us-forged", "us-forged", "https://10.0.0.1:6443", `context us-forged of ${many}`],
        ["us-viewer", "us-viewer", "https://10.0.0.1:6443", `context us-viewer of ${many}`],
        ["eu-admin-team", "eu-admin@team", "https://10.0.0.2:6443", `context eu-admin@team of ${many}`],
        ["a", "a", "https://tunnel", `context a of ${many}`],
        ["b", "b", "https://tunnel", `context b of ${many}`],
        ["broken", "broken", "", `context broken of ${many}`],
      ],
    );
    assert.equal(plan.source, `7 contexts of ${many}`);
  });

  it("tells which contexts are one, and where certificates are not checked", async () => {
    const { notes, warnings } = await resolve({ kubeconfigPath: many });
    assert.match(notes[0] ?? "", /^context US_admin stands for us-shop too/);
    assert.match(notes[1] ?? "", /^context eu-admin@team stands for eu-admin too .* it is the current context/);
    assert.equal(notes.length, 2);
    assert.match(warnings.join(), /^eu-admin-team: certificate verification is off \(insecure-skip-tls-verify\)/);
  });

  it("keeps a cluster's id whatever --context limits", async () => {
    const plan = await resolve({ kubeconfigPath: many, contexts: ["US_admin", "b"] });
    assert.deepEqual(
      plan.clusters.map(({ info }) => info.id),
      ["us-admin", "b"],
    );
    assert.match(
      await refusal(resolve({ kubeconfigPath: many, contexts: ["us-vewer"] }), "HEDDLE_USAGE"),
      /did you mean "us-viewer"\?/,
    );
  });

  it("plans a context that leads nowhere, and fails only when it is used", async () => {
    const plan = await resolve({ kubeconfigPath: many, contexts: ["broken", "us-viewer"] });
    const [viewer, broken] = plan.clusters;
    await assert.rejects(broken?.access() ?? Promise.resolve(), /names the cluster "gone", which does not exist/);
    assert.equal((await viewer?.access())?.server, "https://10.0.0.1:6443");
  });

  it("finds the files of KUBECONFIG, leaving out those that do not exist, else ~/.kube/config", async () => {
    const plan = await resolve({}, { KUBECONFIG: [other, "/nowhere/config", many].join(":") });
    assert.equal(plan.source, `8 contexts of ${other} and ${many}`);
    assert.equal(plan.clusters[0]?.info.id, "lab");
    // Of two users with one name the first file's is taken, as kubectl does.
    const value = await (await plan.clusters[1]?.access())?.credential.get();
    assert.equal(value?.token, "secret-of-another-admin");
  });

  it("takes the namespace on which all contexts agree, else default", async () => {
    const namespaceOf = async (...contexts: readonly string[]) =>
      (await resolve({ kubeconfigPath: many, contexts })).defaultNamespace;
    assert.equal(await namespaceOf("eu-admin@team"), "team");
    assert.equal(await namespaceOf("eu-admin@team", "us-viewer"), "default");
    assert.equal(await namespaceOf("us-viewer"), "default");
  });

  it("says how to get a cluster when there is none", async () => {
    const way = /--kubeconfig or KUBECONFIG.*--config.*npm run kube -- up demo$/;
    const none = await refusal(resolve({}), "HEDDLE_FLEET_EMPTY");
    assert.match(none, /^no cluster is given: there is no kubeconfig at \/nowhere\/\.kube\/config\. /);
    assert.match(none, way);
    const nameless = await refusal(resolve({}, { KUBECONFIG: delimiter }), "HEDDLE_FLEET_EMPTY");
    assert.match(nameless, /^no cluster is given: KUBECONFIG is set, and there is no path in it\. /);
    const empty = await refusal(resolve({ kubeconfigPath: file("kubeconfig-no-contexts.yaml") }), "HEDDLE_FLEET_EMPTY");
    assert.match(empty, /^no cluster is given: there is no context in .*kubeconfig-no-contexts\.yaml\. /);
    assert.match(empty, way);
    const listed = await refusal(resolve({ configPath: file("config-no-clusters.yaml") }), "HEDDLE_FLEET_EMPTY");
    assert.match(listed, /config-no-clusters\.yaml lists none/);
  });

  it("refuses a file that was named and is not there", async () => {
    assert.match(
      await refusal(resolve({ kubeconfigPath: "/nowhere/config" }), "HEDDLE_KUBECONFIG_MISSING"),
      /there is no kubeconfig at \/nowhere\/config/,
    );
  });
});

describe("resolveFleet with a configuration", () => {
  it("plans each cluster by its own way in", async () => {
    const plan = await resolve({ configPath: file("config-ways-in.yaml") });
    assert.deepEqual(
      plan.clusters.map(({ info, origin }) => [info, origin]),
      [
        [
          { id: "eu", name: "eu", environment: "prod", server: "https://10.0.0.2:6443" },
          `config-ways-in.yaml:2 (current context of ${many})`,
        ],
        [
          { id: "lab", name: "The lab", region: "home", server: "https://10.0.0.9:6443" },
          `config-ways-in.yaml:6 (context lab of ${other})`,
        ],
        [
          { id: "missing", name: "missing", server: "" },
          `config-ways-in.yaml:14 (current context of ${file("kubeconfig-not-there.yaml")})`,
        ],
        [{ id: "unnamed", name: "unnamed", server: "" }, `config-ways-in.yaml:17 (current context of ${other})`],
        [{ id: "guest", name: "guest", server: "https://10.0.0.5:6443" }, "config-ways-in.yaml:20 (token)"],
        [{ id: "here", name: "here", server: "" }, "config-ways-in.yaml:25 (in_cluster)"],
      ],
    );
    assert.equal(plan.defaultNamespace, "platform");
    assert.equal(plan.workerPoolSize, 3);
    assert.deepEqual(plan.clusters[1]?.limits, { qps: 7, burst: 100, timeoutMs: 30_000 });
  });

  it("lets tls_config take the place of the kubeconfig's own", async () => {
    const plan = await resolve({ configPath: file("config-ways-in.yaml") });
    assert.deepEqual((await plan.clusters[1]?.access())?.tls, { insecure: false, serverName: "lab.home" });
    const guest = await plan.clusters[4]?.access();
    assert.deepEqual(guest?.tls, { insecure: true });
    assert.equal((await guest?.credential.get())?.token, "secret-of-guest");
    assert.match(
      plan.warnings.join("\n"),
      /^eu: certificate verification is off.*\nguest: certificate verification is off/,
    );
  });

  it("never falls back to another way in", async () => {
    const plan = await resolve({ configPath: file("config-ways-in.yaml") }, { KUBECONFIG: other });
    const outcomes = await Promise.allSettled(plan.clusters.map(({ access }) => access()));
    const reasons = outcomes.map((outcome) => (outcome.status === "rejected" ? String(outcome.reason) : "ok"));
    assert.match(reasons[2] ?? "", /there is no kubeconfig at .*kubeconfig-not-there\.yaml/);
    assert.match(reasons[3] ?? "", /has no current-context; name one of its contexts as kubeconfig_context/);
    assert.match(reasons[5] ?? "", /KUBERNETES_SERVICE_HOST/);
    assert.deepEqual([reasons[0], reasons[1], reasons[4]], ["ok", "ok", "ok"]);
  });

  it("does not go together with --kubeconfig and --context", async () => {
    const configPath = file("config-ways-in.yaml");
    assert.match(await refusal(resolve({ configPath, kubeconfigPath: many }), "HEDDLE_USAGE"), /exclude each other/);
    assert.match(await refusal(resolve({ configPath, contexts: ["a"] }), "HEDDLE_USAGE"), /--clusters limits/);
  });

  it("asks every cluster with the time limit of the command line, if there is one", async () => {
    const plan = await resolve({ configPath: file("config-ways-in.yaml"), requestTimeoutMs: 5_000 });
    assert.ok(plan.clusters.every(({ limits }) => limits.timeoutMs === 5_000));
    assert.equal(plan.clusters[1]?.limits.qps, 7);
  });
});

describe("a planned cluster's access", () => {
  let home = "";
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "heddle-fleet-"));
    await mkdir(join(home, ".kube"));
  });
  after(() => rm(home, { recursive: true }));

  it("is read anew after the first time, so that what was mended is found", async () => {
    const path = join(home, ".kube", "config");
    await cp(other, path);
    const clock = createManualClock(Date.now());
    const plan = await resolveFleet({}, { env: {}, home, clock });
    assert.equal((await plan.clusters[0]?.access())?.server, "https://10.0.0.9:6443");
    await writeFile(path, "apiVersion: v1\nkind: Config\n");
    clock.advance(10_000);
    await assert.rejects(plan.clusters[0]?.access() ?? Promise.resolve(), /there is no context "lab"/);
    await cp(other, path);
    clock.advance(10_000);
    assert.equal((await plan.clusters[0]?.access())?.server, "https://10.0.0.9:6443");
  });

  it("shows no secret when a plan is printed", async () => {
    const plan = await resolve({ configPath: file("config-ways-in.yaml") });
    assert.doesNotMatch(inspect(plan, { depth: 20 }) + JSON.stringify(plan), /secret-of/);
  });
});
