import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type ErrorCode, HeddleError, isHeddleError, UsageError } from "../base/index.ts";
import { type ClusterSummary } from "./cluster-state.ts";
import { type ClusterId } from "./ids.ts";
import { type JsonValue } from "./json.ts";
import { type KubeObject } from "./object.ts";
import { type ClusterAnswer, type Freshness, type ObjectList, type WatchedList } from "./reader.ts";
import { type Resource } from "./resource.ts";
import {
  answerFromWire,
  answerToWire,
  errorFromWire,
  errorToWire,
  objectListFromWire,
  resourcesFromWire,
  sessionFromWire,
  summaryFromWire,
  summaryToWire,
  watchedListFromWire,
} from "./wire.ts";

/** What arrives at the other end. */
const sent = (value: unknown): JsonValue => JSON.parse(JSON.stringify(value)) as JsonValue;

const cluster = fc.constantFrom("east", "west").map((id) => id as ClusterId);
// JSON has no -0.
const jsonValue = fc.jsonValue({ maxDepth: 2 }).map((value) => sent(value));
const error = fc
  .record({
    message: fc.string(),
    retryable: fc.boolean(),
    usage: fc.boolean(),
    details: fc.dictionary(fc.constantFrom("status", "kinds"), jsonValue),
  })
  .map(({ message, usage, ...options }) => {
    const full = { ...options, code: "HEDDLE_CLUSTER_FORBIDDEN" as ErrorCode };
    return usage ? new UsageError(message, full) : new HeddleError(message, full);
  });
const texts = fc.array(fc.string(), { maxLength: 2 });
const subresource = fc.record({
  name: fc.string(),
  kind: fc.string(),
  group: fc.string(),
  version: fc.string(),
  verbs: texts,
});
const resource: fc.Arbitrary<Resource> = fc.record({
  group: fc.string(),
  version: fc.string(),
  kind: fc.string(),
  plural: fc.string(),
  singular: fc.string(),
  namespaced: fc.boolean(),
  verbs: texts,
  shortNames: texts,
  categories: texts,
  subresources: fc.array(subresource, { maxLength: 2 }),
});
const object = fc
  .record({ name: fc.string(), spec: jsonValue })
  .map(({ name, spec }): KubeObject => ({ apiVersion: "v1", kind: "Pod", metadata: { name }, spec }));
const objects = fc.array(object, { maxLength: 3 });
const objectList: fc.Arbitrary<ObjectList> = fc.record({ resource, objects });
const watchedList: fc.Arbitrary<WatchedList> = fc.record({
  resource,
  objects,
  deleted: objects,
  initial: fc.boolean(),
});
const freshness: fc.Arbitrary<Freshness> = fc.oneof(
  fc.record({ state: fc.constantFrom("direct" as const, "live" as const) }),
  fc.record({ state: fc.constantFrom("catching-up" as const, "stale" as const), sinceMs: fc.nat() }),
);
const answerOf = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<ClusterAnswer<T>> =>
  fc.oneof(
    fc.record({ cluster, ok: fc.constant(true as const), value, freshness }),
    fc.record({ cluster, ok: fc.constant(false as const), error }),
    fc.record({ cluster, ok: fc.constant(false as const), error, value }),
  );
const info = fc.record(
  { id: cluster, name: fc.string(), environment: fc.string(), region: fc.string(), server: fc.string() },
  { requiredKeys: ["id", "name", "server"] },
);
const summary: fc.Arbitrary<ClusterSummary> = fc.record(
  {
    info,
    health: fc.record(
      {
        state: fc.constantFrom("Unknown", "Connected", "Degraded", "Failed"),
        reason: fc.string(),
        error,
        version: fc.string(),
        latencyMs: fc.nat(),
        certificateExpiresAtMs: fc.nat(),
        lastSuccessAtMs: fc.nat(),
        checkedAtMs: fc.nat(),
      },
      { requiredKeys: ["state", "reason"] },
    ),
    nodes: fc.record({ ready: fc.nat(), total: fc.nat() }),
    namespaces: fc.nat(),
  },
  { requiredKeys: ["info", "health"] },
);

/** Errors compare by what they tell; fast-check makes objects without prototype. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_key, inner: unknown) =>
      inner instanceof HeddleError
        ? { ...errorToWire(inner), details: inner.details, class: inner.constructor.name }
        : inner,
    ),
  );
const sameAs = (actual: unknown, expected: unknown): void => assert.deepEqual(plain(actual), plain(expected));

describe("answers between server and command", () => {
  it("arrive as they were given: lists", () =>
    fc.assert(
      fc.property(answerOf(objectList), (answer) =>
        sameAs(answerFromWire(sent(answerToWire(answer)), objectListFromWire), answer),
      ),
    ));

  it("arrive as they were given: watched lists", () =>
    fc.assert(
      fc.property(answerOf(watchedList), (answer) =>
        sameAs(answerFromWire(sent(answerToWire(answer)), watchedListFromWire), answer),
      ),
    ));

  it("arrive as they were given: what a cluster serves", () =>
    fc.assert(
      fc.property(answerOf(fc.array(resource, { maxLength: 2 })), (answer) =>
        sameAs(answerFromWire(sent(answerToWire(answer)), resourcesFromWire), answer),
      ),
    ));

  it("arrive as they were given: summaries", () =>
    fc.assert(fc.property(summary, (given) => sameAs(summaryFromWire(sent(summaryToWire(given))), given))));

  it("bring errors back as errors, a person's bad input as such", () => {
    const usage = errorFromWire(sent(errorToWire(new UsageError("bad flag"))));
    assert.ok(usage instanceof UsageError && usage.code === "HEDDLE_USAGE" && usage.message === "bad flag");
    const cause = new Error("with a secret");
    const other = errorFromWire(
      sent(errorToWire(new HeddleError("gone", { code: "HEDDLE_X", retryable: true, cause }))),
    );
    assert.ok(!(other instanceof UsageError) && other.retryable && other.cause === undefined);
  });

  it("leave out details that are no JSON", () => {
    const loop: Record<string, unknown> = {};
    loop["self"] = loop;
    assert.equal(errorToWire(new HeddleError("x", { code: "HEDDLE_X", details: loop })).details, undefined);
  });

  it("are refused whole when they are of another form", () => {
    const good = sent({ cluster: "a", ok: true, freshness: { state: "live" }, value: [] });
    const refused = (value: JsonValue): void =>
      assert.throws(
        () => answerFromWire(value, resourcesFromWire),
        (thrown) => isHeddleError(thrown, "HEDDLE_WIRE_INVALID"),
      );
    answerFromWire(good, resourcesFromWire);
    for (const bad of [
      null,
      [],
      { ok: true },
      { ...(good as object), freshness: { state: "fresh" } },
      { ...(good as object), freshness: { state: "stale" } },
      { ...(good as object), value: [{}] },
      { ...(good as object), value: undefined },
      { cluster: "a", ok: false, error: { code: "OTHER", message: "", retryable: false } },
    ])
      refused(bad === null ? bad : sent(bad));
    assert.throws(() => objectListFromWire(sent({ resource: {}, objects: [1] })));
    assert.throws(() => sessionFromWire(sent({ version: "1" })));
  });
});
