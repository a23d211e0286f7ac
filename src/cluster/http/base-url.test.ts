import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createBaseUrl } from "./base-url.ts";

describe("createBaseUrl", () => {
  it("puts a path prefix before every path, and shows the URL without a trailing slash", () => {
    const base = createBaseUrl("https://rancher.example:8443/k8s/clusters/c-1/");
    assert.equal(base.origin, "https://rancher.example:8443");
    assert.equal(base.shown, "https://rancher.example:8443/k8s/clusters/c-1");
    assert.equal(base.target("/api/v1/pods", undefined), "/k8s/clusters/c-1/api/v1/pods");
    assert.equal(createBaseUrl("https://10.0.0.1").target("/version", {}), "/version");
  });

  it("writes queries: undefined left out, lists as the same key several times, everything escaped", () => {
    const query = {
      watch: true,
      limit: 500,
      command: ["sh", "-c", "echo a&b"],
      labelSelector: "a in (b, c)",
      none: undefined,
    };
    assert.equal(
      createBaseUrl("https://[::1]:6443").target("/x", query),
      "/x?watch=true&limit=500&command=sh&command=-c&command=echo+a%26b&labelSelector=a+in+%28b%2C+c%29",
    );
  });

  it("refuses what is no server, and a URL with a password, which it does not repeat", () => {
    for (const bad of ["10.0.0.1:6443", "ftp://x", ""])
      assert.throws(() => createBaseUrl(bad), { code: "HEDDLE_USAGE" });
    assert.throws(
      () => createBaseUrl("https://ann:secret@host:6443"),
      (error: Error) => error.message.includes("host:6443") && !error.message.includes("secret"),
    );
  });
});
