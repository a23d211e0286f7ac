import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type HeddleError } from "../../base/index.ts";
import { statusError } from "./status-error.ts";

const asked = "GET https://10.0.0.1:6443/api/v1/pods";
const refused = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): HeddleError =>
  statusError({ status, headers, asked, body: typeof body === "string" ? body : JSON.stringify(body) });

const forbidden = {
  kind: "Status",
  apiVersion: "v1",
  status: "Failure",
  message: 'pods is forbidden: User "nobody" cannot list resource "pods"',
  reason: "Forbidden",
  details: { kind: "pods" },
  code: 403,
};

describe("statusError", () => {
  it("says what was asked and what the API answered, and keeps its Status whole", () => {
    const error = refused(403, forbidden);
    assert.equal(error.code, "HEDDLE_CLUSTER_FORBIDDEN");
    assert.equal(error.message, `${asked}: ${forbidden.message} (Forbidden)`);
    assert.deepEqual(error.details, { httpStatus: 403, status: forbidden });
  });

  for (const [status, code, retryable] of [
    [400, "HEDDLE_CLUSTER_BAD_REQUEST", false],
    [401, "HEDDLE_CLUSTER_UNAUTHORIZED", false],
    [403, "HEDDLE_CLUSTER_FORBIDDEN", false],
    [404, "HEDDLE_CLUSTER_NOT_FOUND", false],
    [405, "HEDDLE_CLUSTER_BAD_REQUEST", false],
    [409, "HEDDLE_CLUSTER_CONFLICT", false],
    [410, "HEDDLE_CLUSTER_GONE", false],
    [422, "HEDDLE_CLUSTER_INVALID", false],
    [429, "HEDDLE_CLUSTER_TOO_MANY_REQUESTS", true],
    [500, "HEDDLE_CLUSTER_UNAVAILABLE", true],
    [501, "HEDDLE_CLUSTER_UNAVAILABLE", false],
    [503, "HEDDLE_CLUSTER_UNAVAILABLE", true],
  ] as const)
    it(`gives ${status} the code ${code}${retryable ? ", retryable" : ""}`, () => {
      const error = refused(status, { kind: "Status", message: "m", reason: "R" });
      assert.deepEqual([error.code, error.retryable], [code, retryable]);
    });

  it("adds the causes that the message does not tell already", () => {
    const causes = [
      { field: "spec.replicas", message: "Invalid value: -1" },
      { message: "The disruption budget web needs 2 healthy pods and has 2 currently" },
      { field: "metadata.name", message: "already told" },
    ];
    const error = refused(422, { kind: "Status", reason: "Invalid", message: "no: already told", details: { causes } });
    assert.equal(
      error.message,
      `${asked}: no: already told (Invalid): spec.replicas: Invalid value: -1; The disruption budget web needs 2 healthy pods and has 2 currently`,
    );
  });

  it("tells a proxy's page in short, and plain text as it is", () => {
    const page = "<html><head><title>502 Bad\n Gateway</title><style>p{}</style></head><body>nginx</body></html>";
    assert.equal(refused(502, page).message, `${asked}: HTTP 502: 502 Bad Gateway`);
    assert.equal(
      refused(502, "<p>no <b>upstream</b></p><script>x</script>").message,
      `${asked}: HTTP 502: no upstream`,
    );
    const long = refused(500, "x".repeat(5000)).message;
    assert.ok(long.length < 300 && long.endsWith("…"), long);
    assert.equal(refused(500, "").message, `${asked}: HTTP 500 without a word`);
    const checks = "[+]ping ok\n[-]etcd failed: reason withheld\nlivez check failed\n";
    assert.equal(refused(500, checks, { "content-type": "text/plain; charset=utf-8" }).details["body"], checks);
  });

  it("names the target of a redirect, which is never followed, without its query or user", () => {
    const error = refused(302, "", { location: "https://me:secret@login.example/auth?token=secret" });
    assert.equal(error.code, "HEDDLE_CLUSTER_PROTOCOL");
    assert.match(error.message, /a redirect to https:\/\/login\.example\/auth, which is never followed/);
  });

  it("hands on what Retry-After asked for", () => {
    const error = statusError({ status: 429, headers: {}, asked, body: "{}", retryAfterMs: 1000 });
    assert.deepEqual(error.details, { httpStatus: 429, retryAfterMs: 1000 });
  });

  it("does not take JSON that is no Status, or no JSON, for one", () => {
    for (const body of ['{"kind":"Pod"}', "{oops", "[]"]) assert.equal(refused(404, body).details["status"], undefined);
  });
});
