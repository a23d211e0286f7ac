import assert from "node:assert/strict";
import { mkdtemp, rm, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { createManualClock } from "../../base/index.ts";
import { createAuthority } from "../../../test/kube/index.ts";
import { inClusterAccess } from "./in-cluster.ts";

const { cert: ca } = createAuthority("an-authority");

describe("inClusterAccess", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "heddle-pod-"));
    await writeFile(join(folder, "token"), "first");
    await writeFile(join(folder, "ca.crt"), ca);
    await writeFile(join(folder, "namespace"), "shop\n");
  });
  afterEach(() => rm(folder, { recursive: true }));

  const clock = createManualClock();
  const access = (host = "10.96.0.1", port = "443") =>
    inClusterAccess({ env: { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port }, clock }, { folder });

  it("leads to the API server of the pod with the account that is mounted", async () => {
    const { server, tls, credential, namespace, warnings } = await access("10.96.0.1", "6443");
    assert.deepEqual([server, namespace, warnings], ["https://10.96.0.1:6443", "shop", []]);
    assert.deepEqual(tls, { insecure: false, ca });
    assert.equal((await credential.get()).token, "first");
    await writeFile(join(folder, "token"), "second");
    clock.advance(1_000);
    assert.equal((await credential.get()).token, "second");
  });

  it("puts brackets around an IPv6 address", async () => {
    assert.equal((await access("fd00::1", "6443")).server, "https://[fd00::1]:6443");
  });

  it("does without a namespace", async () => {
    await unlink(join(folder, "namespace"));
    assert.equal((await access()).namespace, undefined);
  });

  it("says that it is in no pod when the variables are missing, whatever is mounted", async () => {
    for (const env of [{}, { KUBERNETES_SERVICE_HOST: "10.96.0.1" }, { KUBERNETES_SERVICE_PORT: "443" }])
      await assert.rejects(inClusterAccess({ env, clock }, { folder }), {
        code: "HEDDLE_CREDENTIAL_NOT_IN_CLUSTER",
        message: /this process runs in no pod; use a kubeconfig or a token/,
      });
  });

  it("fails in words for an address that is none, a missing or a damaged authority", async () => {
    await assert.rejects(access("10.96.0.1", "many"), {
      code: "HEDDLE_CREDENTIAL_INVALID",
      message: /make no address/,
    });
    await writeFile(join(folder, "ca.crt"), "none");
    await assert.rejects(access(), { code: "HEDDLE_CREDENTIAL_INVALID", message: /ca\.crt is not PEM/ });
    await unlink(join(folder, "ca.crt"));
    await assert.rejects(access(), {
      code: "HEDDLE_CREDENTIAL_FILE",
      message: /service account's authority .*no such file/,
    });
  });
});
