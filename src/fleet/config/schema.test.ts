import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { configSchema } from "./schema.ts";

describe("configSchema", () => {
  it("knows every key", () => {
    const checked = configSchema.parse({
      clusters: [
        {
          id: "prod-us-east-1",
          name: "Production US East",
          environment: "prod",
          region: "us-east-1",
          auth_method: "kubeconfig",
          kubeconfig_path: "/path",
          kubeconfig_context: "prod",
          api_server_url: "https://10.0.0.1:6443",
          service_account_token: "token",
          service_account_token_file: "file",
          tls_config: { insecure: false, ca_file: "ca", cert_file: "crt", key_file: "key", server_name: "name" },
          qps: 50,
          burst: 100,
          timeout: "30s",
          resources: { include: ["pods"], exclude: ["events", "leases"] },
        },
      ],
      default_namespace: "default",
      enable_cache: true,
      cache_ttl: "5m",
      enable_relationships: true,
      resync_period: "10m",
      worker_pool_size: 10,
      enable_mutations: false,
    });
    assert.equal(checked.clusters[0]?.timeout, 30_000);
    assert.equal(checked.cache_ttl, 300_000);
    assert.deepEqual(checked.clusters[0]?.resources?.include, ["pods"]);
  });
});
