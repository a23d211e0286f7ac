import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type ErrorCode, HeddleError } from "../../base/index.ts";
import { healthOf } from "./health-of.ts";
import { failingChecks, type Observation, type Observations } from "./observations.ts";

const nowMs = Date.parse("2026-03-01T12:00:00Z");
const hoursMs = 3_600_000;
const daysMs = 24 * hoursMs;
const ok = (latencyMs = 4): Observation => ({ ok: true, latencyMs });
const refused = (code: ErrorCode, message: string, failing: readonly string[] = []): Observation => ({
  ok: false,
  error: new HeddleError(message, { code }),
  failing,
});
const forbidden = refused("HEDDLE_CLUSTER_FORBIDDEN", "forbidden");
const version = { ...ok(9), gitVersion: "v1.34.4" };
const well: Observations = { nowMs, version, ready: ok(4), live: ok(3) };

const cases: readonly (readonly [name: string, seen: Partial<Observations>, state: string, reason: string])[] = [
  ["all is well", {}, "Connected", ""],
  [
    "both certificates last",
    { serverCertificateEndsAtMs: nowMs + 8 * daysMs, clientCertificateEndsAtMs: nowMs + 7 * daysMs },
    "Connected",
    "",
  ],
  ["/readyz is forbidden to us", { ready: forbidden }, "Connected", "we may not ask for /readyz"],
  [
    "both probes are forbidden to us",
    { ready: forbidden, live: forbidden },
    "Connected",
    "we may not ask for /readyz and /livez",
  ],
  ["only /version is forbidden to us", { version: forbidden }, "Connected", "we may not ask for /version"],
  [
    "everything is forbidden to us",
    { version: forbidden, ready: forbidden, live: forbidden },
    "Degraded",
    "answers, but we may not ask for /version, /readyz and /livez",
  ],
  [
    "a readiness check fails",
    { ready: refused("HEDDLE_CLUSTER_UNAVAILABLE", "HTTP 500", ["etcd"]) },
    "Degraded",
    "not ready: etcd failed",
  ],
  [
    "several checks fail at both",
    {
      ready: refused("HEDDLE_CLUSTER_UNAVAILABLE", "HTTP 500", ["etcd", "poststarthook/start-informers"]),
      live: refused("HEDDLE_CLUSTER_UNAVAILABLE", "HTTP 500", ["etcd"]),
    },
    "Degraded",
    "not ready: etcd, poststarthook/start-informers failed; not live: etcd failed",
  ],
  [
    "a readiness check fails and /livez is forbidden",
    { ready: refused("HEDDLE_CLUSTER_UNAVAILABLE", "HTTP 500", ["shutdown"]), live: forbidden },
    "Degraded",
    "not ready: shutdown failed; we may not ask for /livez",
  ],
  [
    "/readyz does not answer in time",
    { ready: refused("HEDDLE_CLUSTER_TIMEOUT", "https://a did not answer within 10 s") },
    "Degraded",
    "/readyz: https://a did not answer within 10 s",
  ],
  ["it is slow", { ready: ok(2_412) }, "Degraded", "answers slowly: 2.4 s"],
  ["it takes just as long as it may", { ready: ok(2_000) }, "Connected", ""],
  [
    "the first answer is slow, for the connection had to be made",
    { version: { ...ok(5_000), gitVersion: "v1.34.4" } },
    "Connected",
    "",
  ],
  [
    "requests are held back",
    { ready: refused("HEDDLE_CLUSTER_TOO_MANY_REQUESTS", "too many requests") },
    "Degraded",
    "the API server holds our requests back (priority and fairness) at /readyz",
  ],
  [
    "every request is held back",
    Object.fromEntries(
      ["version", "ready", "live"].map((name) => [
        name,
        refused("HEDDLE_CLUSTER_TOO_MANY_REQUESTS", "too many requests"),
      ]),
    ),
    "Degraded",
    "the API server holds our requests back (priority and fairness) at /version, /readyz and /livez",
  ],
  [
    "the server's certificate ends soon",
    { serverCertificateEndsAtMs: nowMs + 3.5 * daysMs },
    "Degraded",
    "the API server's certificate ends in 3 days, on 2026-03-05",
  ],
  [
    "our certificate ends tomorrow",
    { clientCertificateEndsAtMs: nowMs + 25 * hoursMs },
    "Degraded",
    "our client certificate ends in 1 day, on 2026-03-02",
  ],
  [
    "our certificate ends today",
    { clientCertificateEndsAtMs: nowMs + 5.5 * hoursMs },
    "Degraded",
    "our client certificate ends in 5 hours, on 2026-03-01",
  ],
  [
    "our certificate ends at once",
    { clientCertificateEndsAtMs: nowMs + 1 },
    "Degraded",
    "our client certificate ends in less than an hour, on 2026-03-01",
  ],
  [
    "our certificate ends this very moment",
    { clientCertificateEndsAtMs: nowMs },
    "Degraded",
    "our client certificate ended on 2026-03-01",
  ],
  [
    "the server's certificate has ended and nobody checks it",
    { serverCertificateEndsAtMs: nowMs - daysMs },
    "Degraded",
    "the API server's certificate ended on 2026-02-28",
  ],
  [
    "it is slow and a certificate ends",
    { ready: ok(3_000), serverCertificateEndsAtMs: nowMs + 2 * daysMs },
    "Degraded",
    "answers slowly: 3.0 s; the API server's certificate ends in 2 days, on 2026-03-03",
  ],
];

/** What is seen when the first question already fails: the others are not asked. */
const failures: readonly (readonly [name: string, seen: Omit<Observations, "nowMs">, reason: string])[] = [
  ["cannot be reached", { version: refused("HEDDLE_CLUSTER_UNREACHABLE", "connection refused") }, "connection refused"],
  [
    "shows a certificate of another authority",
    { version: refused("HEDDLE_CLUSTER_TLS", "signed by another") },
    "signed by another",
  ],
  [
    "does not answer",
    { version: refused("HEDDLE_CLUSTER_TIMEOUT", "did not answer within 10 s") },
    "did not answer within 10 s",
  ],
  ["is no API server", { version: refused("HEDDLE_CLUSTER_PROTOCOL", "not JSON") }, "not JSON"],
  [
    "has a credential that cannot be had",
    { version: refused("HEDDLE_CREDENTIAL_PLUGIN", "aws-iam-authenticator is not installed") },
    "aws-iam-authenticator is not installed",
  ],
  [
    "does not know us",
    { version: refused("HEDDLE_CLUSTER_UNAUTHORIZED", "Unauthorized") },
    "the API server does not accept our credentials: Unauthorized",
  ],
  [
    "does not know us since our certificate ended",
    { version: refused("HEDDLE_CLUSTER_UNAUTHORIZED", "Unauthorized"), clientCertificateEndsAtMs: nowMs - daysMs },
    "the API server does not accept our credentials: our client certificate ended on 2026-02-28: Unauthorized",
  ],
  [
    "is behind a load balancer without a backend",
    Object.fromEntries(
      ["version", "ready", "live"].map((name) => [name, refused("HEDDLE_CLUSTER_UNAVAILABLE", "HTTP 503: no backend")]),
    ) as Pick<Observations, "version" | "ready" | "live">,
    "HTTP 503: no backend",
  ],
];

describe("healthOf", () => {
  for (const [name, seen, state, reason] of cases) {
    it(`is ${state} when ${name}`, () => {
      const { state: found, reason: why } = healthOf({ ...well, ...seen });
      assert.deepEqual([found, why], [state, reason]);
    });
  }
  for (const [name, seen, reason] of failures) {
    it(`is Failed when the cluster ${name}`, () => {
      const { state, reason: why, error } = healthOf({ nowMs, ...seen });
      assert.deepEqual([state, why], ["Failed", reason]);
      assert.ok(error);
    });
  }

  it("tells the version, the latency of /readyz and the certificate that ends first", () => {
    const seen = {
      ...well,
      serverCertificateEndsAtMs: nowMs + 300 * daysMs,
      clientCertificateEndsAtMs: nowMs + 200 * daysMs,
    };
    assert.deepEqual(healthOf(seen), {
      state: "Connected",
      reason: "",
      version: "v1.34.4",
      latencyMs: 4,
      certificateExpiresAtMs: nowMs + 200 * daysMs,
    });
  });

  it("gives the error behind a Degraded", () => {
    assert.equal(
      healthOf({ ...well, live: refused("HEDDLE_CLUSTER_UNAVAILABLE", "HTTP 500", ["x"]) }).error?.message,
      "HTTP 500",
    );
    assert.equal(healthOf({ ...well, ready: ok(9_000) }).error, undefined);
    assert.equal(healthOf({ ...well, ready: forbidden }).error, undefined);
  });

  it("is Degraded, not Failed, while checks by name come from behind a 5xx of /version", () => {
    const version = refused("HEDDLE_CLUSTER_UNAVAILABLE", "HTTP 500");
    const { state } = healthOf({
      ...well,
      version,
      ready: refused("HEDDLE_CLUSTER_UNAVAILABLE", "HTTP 500", ["etcd"]),
    });
    assert.equal(state, "Degraded");
  });

  it("takes its limits from the caller", () => {
    const limits = { slowMs: 3, certificateMs: 30 * daysMs };
    const { reason } = healthOf({ ...well, serverCertificateEndsAtMs: nowMs + 20 * daysMs }, limits);
    assert.equal(reason, "answers slowly: 0.0 s; the API server's certificate ends in 20 days, on 2026-03-21");
  });
});

describe("failingChecks", () => {
  it("names the checks that failed", () => {
    const answer =
      "[+]ping ok\n[-]etcd failed: reason withheld\n[+]log ok\n[-]poststarthook/a failed: reason withheld\nreadyz check failed\n";
    assert.deepEqual(failingChecks(answer), ["etcd", "poststarthook/a"]);
  });
  it("finds none in what something else says", () => assert.deepEqual(failingChecks("<h1>503</h1> [-]etcd"), []));
});
