import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { answerFromWire, type JsonValue, objectListFromWire, watchedListFromWire } from "../model/index.ts";
import { type LentKube, lentKube, testNamespace, until } from "../../test/kube/index.ts";
import { readEvents, takeEvents } from "./testing/event-reader.ts";
import { parseExposition } from "./testing/exposition.ts";
import { linesOf, refusalOf } from "./testing/open-server.ts";
import { openRealServer, type RealServer } from "./testing/real-server.ts";

type Setting = Readonly<{ kube: LentKube; server: RealServer; namespace: string }>;

describe("a server on a real cluster", () => {
  it("answers from the live graph", async (t) => {
    const kube = await lentKube(t);
    if (kube === undefined) return;
    const namespace = await testNamespace(t, kube);
    const gone = { server: "https://127.0.0.1:1", ca: kube.ca, adminToken: "none" };
    const server = await openRealServer(t, { real: kube, gone });
    await until("the cluster to be synced", async () => {
      const rows = (await (await server.get("/api/clusters")).json()) as { synced: boolean }[];
      return rows[0]?.synced;
    });
    for (const [name, run] of Object.entries(parts)) await t.test(name, (t) => run({ kube, server, namespace }, t));
  });
});

const createMaps = (kube: LentKube, namespace: string, names: readonly string[]): Promise<string> =>
  kube.kubectl(["create", "-f", "-"], {
    input: JSON.stringify({
      apiVersion: "v1",
      kind: "List",
      items: names.map((name) => ({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { namespace, name, labels: { of: "test" } },
      })),
    }),
  });

const subjectOf = ({ data }: Readonly<{ data: string }>): string =>
  (JSON.parse(data) as { type: string; subject: string }).subject.split("/").at(-1) ?? "";

type Status = Readonly<{
  objects: number;
  uptimeSeconds: number;
  clusters: readonly Readonly<{ kinds?: Readonly<{ live: number; total: number }>; error?: unknown }>[];
}>;

const parts: Readonly<Record<string, (setting: Setting, t: TestContext) => Promise<void>>> = {
  async "is ready while one of its clusters is not, and says how many are"({ server }) {
    await until("the server to be ready", async () => (await fetch(`${server.address}/readyz`)).ok);
    const answer = await fetch(`${server.address}/readyz`);
    assert.deepEqual([answer.status, await answer.json()], [200, { ready: true, clusters: { ready: 1, total: 2 } }]);
    await until("every kind to be live", async () => {
      const status = (await (await server.get("/api/status")).json()) as Status;
      const [real, gone] = status.clusters;
      assert.ok(status.objects > 50 && status.uptimeSeconds >= 0);
      assert.equal(real?.kinds?.live, real?.kinds?.total);
      assert.notEqual(gone?.error, undefined);
      return true;
    });
  },

  async "lists what kubectl lists, from the store and past it, and the other cluster's failure beside it"(setting) {
    const { kube, server, namespace } = setting;
    await createMaps(kube, namespace, ["a", "b"]);
    const list = async (live: boolean) => {
      const question = { kind: "cm", clusters: ["real", "gone"], namespace, live };
      const text = await (await server.post("/api/reader/list", question)).text();
      return linesOf(text).map((line) => answerFromWire(line as JsonValue, objectListFromWire));
    };
    const names = JSON.parse(await kube.kubectl(["get", "cm", "-n", namespace, "-o", "json"])) as {
      items: { metadata: { name: string } }[];
    };
    const expected = names.items.map(({ metadata }) => metadata.name).sort();
    for (const live of [false, true]) {
      await until(`the list, live: ${live}`, async () => {
        const answers = await list(live);
        const found = answers.find(({ cluster }) => cluster === "real");
        assert.deepEqual(found?.value?.objects.map(({ metadata }) => metadata.name).sort(), expected);
        assert.equal(found?.ok && found.freshness.state, live ? "direct" : "live");
        assert.equal(answers.find(({ cluster }) => cluster === "gone")?.ok, false);
        return true;
      });
    }
  },

  async "watches through the Reader, first all and then each change"({ kube, server, namespace }) {
    const stop = new AbortController();
    const question = { kind: "configmaps", clusters: ["real"], namespace, labelSelector: "of=test" };
    const answer = await server.post("/api/reader/watch", question, { signal: stop.signal });
    const seen: string[] = [];
    const reading = (async () => {
      let rest = "";
      for await (const piece of answer.body ?? []) {
        const lines = (rest + Buffer.from(piece).toString()).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          const { value } = answerFromWire(JSON.parse(line) as JsonValue, watchedListFromWire);
          seen.push(
            ...(value?.objects ?? []).map(({ metadata }) => `${value?.initial ? "first" : "then"} ${metadata.name}`),
          );
        }
      }
    })().catch(() => {});
    await until("the first answer", () => seen.length === 2);
    await createMaps(kube, namespace, ["w"]);
    await until("the change", () => seen.includes("then w"));
    stop.abort();
    await reading;
  },

  async "tells changes, and after a pause what was missed, each once"({ kube, server, namespace }) {
    const path = `/api/changes?kind=cm&namespace=${namespace}`;
    const first = await server.get(path);
    await createMaps(kube, namespace, ["c1", "c2"]);
    // Of what was made before, something may still be on its way.
    const isMine = (event: Parameters<typeof subjectOf>[0]): boolean => /^c\d$/.test(subjectOf(event));
    const events = (await takeEvents(first, (all) => all.filter(isMine).length === 2)).filter(isMine);
    assert.deepEqual(events.map(subjectOf), ["c1", "c2"]);
    await createMaps(kube, namespace, ["c3"]);
    await kube.kubectl(["delete", "cm", "c1", "-n", namespace]);
    const again = await server.get(path, { headers: { "last-event-id": events[0]?.id ?? "" } });
    const rest = await takeEvents(again, ({ length }) => length === 3);
    assert.deepEqual(rest.map(subjectOf), ["c2", "c3", "c1"]);
    assert.equal(rest[0]?.id, events[1]?.id);
    const old = await takeEvents(await server.get(`${path}&after=1`), ({ length }) => length > 0);
    assert.equal(old[0]?.event, "reset");
  },

  async "answers GraphQL: clusters, and objects with what they relate to"({ server, namespace }) {
    const query = `{ clusters { id synced state } kubernetesResources(cluster: "real", type: "cm", namespace: "${namespace}") { id attributes relationships { type target { id } } } }`;
    const { data, errors } = (await (await server.post("/graphql", { query })).json()) as {
      errors?: unknown;
      data: {
        clusters: unknown[];
        kubernetesResources: { id: string; relationships: { type: string; target: { id: string } }[] }[];
      };
    };
    assert.equal(errors, undefined);
    assert.equal(data.clusters.length, 2);
    const found = data.kubernetesResources.find(({ id }) => id === `real/core/ConfigMap/${namespace}/a`);
    assert.deepEqual(
      found?.relationships.filter(({ type }) => type === "in_namespace"),
      [{ type: "in_namespace", target: { id: `real/core/Namespace/${namespace}` } }],
    );
    const question = { cluster: "real", kind: "ns", name: namespace, direction: "in" };
    const related = (await (await server.post("/api/relations", question)).json()) as {
      relations: { type: string; from: { name: string } }[];
    };
    assert.ok(related.relations.some(({ type, from }) => type === "in_namespace" && from.name === "a"));
    const none = await server.post("/api/relations", { cluster: "real", kind: "cm", namespace, name: "nothing" });
    assert.equal(await refusalOf(none), "404 HEDDLE_CLUSTER_NOT_FOUND");
  },

  async "subscribes with everything that is, then every change, without a gap while objects come and go"(setting) {
    const { kube, server, namespace } = setting;
    const names = Array.from({ length: 60 }, (_, index) => `s${index}`);
    const snapshot = Promise.withResolvers<void>();
    const creating = (async () => {
      for (let index = 0; index < names.length; index += 10) {
        // However slow it is to come: some are made after it.
        if (index === 50) await snapshot.promise;
        await createMaps(kube, namespace, names.slice(index, index + 10));
      }
    })();
    await until("the first of them", async () => (await kube.kubectl(["get", "cm", "-n", namespace])).includes("s5"));
    const query = `subscription { resourceChanged(filter: { kinds: ["cm"], namespaces: ["${namespace}"] }, snapshot: true) { type sequence resource { name } } }`;
    const answer = await server.post("/graphql", { query }, { headers: { accept: "text/event-stream" } });
    const seen = new Map<string, string>();
    const types = new Set<string>();
    for await (const { event, data } of readEvents(answer.body)) {
      assert.equal(event, "next");
      const told = (
        JSON.parse(data) as { data: { resourceChanged: { type: string; resource: { name: string } | null } } }
      ).data.resourceChanged;
      types.add(told.type);
      if (told.type === "SNAPSHOT_DONE") snapshot.resolve();
      if (told.resource !== null) seen.set(told.resource.name, told.type);
      if (types.has("SNAPSHOT_DONE") && names.every((name) => seen.has(name))) break;
    }
    await creating;
    assert.ok(types.has("SNAPSHOT") && types.has("CREATED"), [...types].join());
  },

  async "measures itself: objects as they are, and requests by verb and code"({ kube, server, namespace }) {
    await until("the same number of config maps", async () => {
      const lines = (await kube.kubectl(["get", "cm", "-A", "-o", "name"])).trim().split("\n");
      const metrics = parseExposition(await (await server.get("/metrics")).text());
      const objects = metrics
        .get("heddle_objects")
        ?.samples.find(({ labels }) => labels["kind"] === "ConfigMap" && labels["cluster"] === "real");
      assert.equal(objects?.value, lines.length);
      const of = (name: string, labels: Record<string, string>) =>
        metrics
          .get(name)
          ?.samples.find((sample) => Object.entries(labels).every(([key, value]) => sample.labels[key] === value))
          ?.value ?? 0;
      assert.equal(of("heddle_cluster_up", { cluster: "real" }), 1);
      assert.equal(of("heddle_cluster_up", { cluster: "gone" }), 0);
      assert.ok(of("heddle_api_requests_total", { cluster: "real", verb: "watch", code: "200" }) > 10);
      assert.ok(of("heddle_api_requests_total", { cluster: "gone", code: "failed" }) > 0);
      assert.ok(of("heddle_events_total", { type: "kubernetes.resource.created" }) >= 60);
      assert.ok(of("heddle_store_bytes", { cluster: "real" }) > 10_000);
      assert.ok(of("heddle_cluster_sync_seconds", { cluster: "real" }) > 0);
      return namespace;
    });
  },
};
