import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { ownOf, startFaultProxy, type TestCluster, testKube } from "../../test/kube/index.ts";
import { parseClusterId, resourceName } from "../model/index.ts";
import { type AccessReport, checkAccess } from "./access-check.ts";
import { openFleet } from "./testing/real-fleet.ts";

const { signal } = new AbortController();

describe("checkAccess on a real API server", () => {
  it("tells what a credential cannot list or watch, as the API server itself would", async (t) => {
    const kube = await testKube(t);
    if (kube === undefined) return;
    const folder = await mkdtemp(join(tmpdir(), "heddle-access-"));
    t.after(() => rm(folder, { recursive: true }));
    const check = (name: string, token: string) => checkAs(kube, { name, token, folder });

    await t.test("nothing is missing for an administrator, and one review is enough to know", async (t) => {
      const own = ownOf(t, kube, "the administrator's token is shown to a proxy");
      if (own === undefined) return;
      const { report, reviews } = await check("admin", own.tokens.admin);
      assert.deepEqual(report.gaps, []);
      assert.ok(report.checked > 40, `${report.checked} kinds`);
      assert.deepEqual(reviews, ["selfsubjectrulesreviews"]);
    });

    await t.test("a viewer misses exactly what kubectl auth can-i denies", async (t) => {
      const own = ownOf(t, kube, "the viewer's rights hold in every namespace");
      if (own === undefined) return;
      const { report, reviews } = await check("viewer", own.tokens.viewer);
      const missing = new Set(report.gaps.map(({ resource, verb }) => `${verb} ${resourceName(resource)}`));
      for (const verb of ["list", "watch"]) {
        for (const name of ["pods", "secrets", "deployments.apps", "leases.coordination.k8s.io"]) {
          const allowed = await mayI(kube, verb, name);
          assert.equal(missing.has(`${verb} ${name}`), !allowed, `${verb} ${name}`);
        }
      }
      assert.ok(missing.has("list secrets") && !missing.has("list pods"));
      assert.equal(reviews.length, 1 + report.gaps.length, "only what the rules do not grant is asked one by one");
    });

    await t.test("rights in one namespace are not rights everywhere", async () => {
      await kube.kubectl(["create", "rolebinding", "own", "--clusterrole=view", `--user=${kube.stranger.user}`]);
      const { report } = await check("stranger", kube.stranger.token);
      const missing = new Set(report.gaps.map(({ resource, verb }) => `${verb} ${resourceName(resource)}`));
      assert.ok(missing.has("list pods") && missing.has("watch configmaps"));
      // Two verbs for each kind.
      assert.ok(report.gaps.length > report.checked);
    });
  });
});

async function checkAs(
  kube: TestCluster,
  { name, token, folder }: Readonly<{ name: string; token: string; folder: string }>,
): Promise<Readonly<{ report: AccessReport; reviews: readonly string[] }>> {
  await using proxy = await startFaultProxy(kube);
  const context = { name, server: proxy.server, ca: proxy.ca, token };
  await using opened = await openFleet(join(folder, "config"), [context]);
  const report = await checkAccess(await opened.fleet.connect(parseClusterId(name), signal), signal);
  const reviews = proxy.requests().filter(({ method }) => method === "POST");
  return { report, reviews: reviews.map(({ path }) => path.split("/").at(-1) ?? "") };
}

async function mayI(kube: TestCluster, verb: string, resource: string): Promise<boolean> {
  const answer = await kube
    .kubectl(["auth", "can-i", verb, resource, "-A", "--as=viewer"])
    .catch((error: unknown) => String(error));
  return answer.trim() === "yes";
}
