import { randomBytes } from "node:crypto";
import type { TestContext } from "node:test";
import type { TestCluster } from "./model.ts";

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
