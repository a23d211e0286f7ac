import assert from "node:assert/strict";
import { isJsonObject, type JsonObject, type JsonValue, numberAt, stringAt } from "../../model/index.ts";
import { configMap, type Sentences, type Setting, statusOf } from "./setting.ts";

type Line = Readonly<{ type: string; object: JsonObject }>;
type Query = Readonly<Record<string, string | number | boolean>>;

/** An open watch on the namespace's config maps: its lines one by one. */
async function watching({ cluster, namespace, t }: Setting, query: Query) {
  const stop = new AbortController();
  t.after(() => stop.abort());
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  const stream = await cluster.api.stream({
    path,
    query: { watch: "1", ...query },
    signal: AbortSignal.any([stop.signal, AbortSignal.timeout(120_000)]),
  });
  const lines = linesOf(stream.body);
  const next = async (): Promise<Line> => {
    for (;;) {
      const { done, value } = await lines.next();
      if (done) throw new Error("the watch ended");
      if (stringAt(value.object, "metadata", "name") !== "kube-root-ca.crt") return value;
    }
  };
  const told = async (count: number): Promise<readonly string[]> => {
    const all: string[] = [];
    while (all.length < count) all.push(brief(await next()));
    return all;
  };
  return { next, told };
}

async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
      yield JSON.parse(text.slice(0, end)) as Line;
      text = text.slice(end + 1);
    }
  }
}

const brief = ({ type, object }: Line): string => `${type} ${stringAt(object, "metadata", "name") ?? ""}`.trim();

async function versionNow({ cluster, namespace }: Setting): Promise<string> {
  const list = await cluster.api.json({ path: `/api/v1/namespaces/${namespace}/configmaps` });
  return stringAt(list, "metadata", "resourceVersion") ?? "";
}

export const watchSentences: Sentences = {
  async "a watch from a resourceVersion tells every change after it, in order"(setting) {
    const { cluster, namespace, resource } = setting;
    const configMaps = await resource("cm");
    await cluster.objects.create(configMaps, configMap(namespace, "before"));
    const resourceVersion = await versionNow(setting);
    const made = await cluster.objects.create(configMaps, configMap(namespace, "a"));
    const watch = await watching(setting, { resourceVersion });
    await cluster.objects.replace(configMaps, { ...made, data: { x: "1" } });
    await cluster.objects.delete(configMaps, { namespace, name: "a" });
    assert.deepEqual(await watch.told(3), ["ADDED a", "MODIFIED a", "DELETED a"]);
  },

  async "a deleted object is told in its last state, at the revision of its end"(setting) {
    const { cluster, namespace, resource } = setting;
    const made = await cluster.objects.create(await resource("cm"), configMap(namespace, "a", { data: { x: "1" } }));
    const watch = await watching(setting, { resourceVersion: await versionNow(setting) });
    await cluster.objects.delete(await resource("cm"), { namespace, name: "a" });
    const { type, object } = await watch.next();
    assert.deepEqual([type, object["data"]], ["DELETED", { x: "1" }]);
    assert.ok(Number(stringAt(object, "metadata", "resourceVersion")) > Number(made.metadata.resourceVersion));
  },

  async "a watch without a resourceVersion begins with what there is"(setting) {
    await setting.cluster.objects.create(await setting.resource("cm"), configMap(setting.namespace, "a"));
    const watch = await watching(setting, {});
    assert.deepEqual(await watch.told(1), ["ADDED a"]);
  },

  async "an object that enters the selection is added, and one that leaves it is deleted"(setting) {
    const { cluster, namespace, resource } = setting;
    const configMaps = await resource("cm");
    const made = await cluster.objects.create(configMaps, configMap(namespace, "a"));
    const watch = await watching(setting, { resourceVersion: await versionNow(setting), labelSelector: "in=yes" });
    const entered = await cluster.objects.replace(configMaps, {
      ...made,
      metadata: { ...made.metadata, labels: { in: "yes" } },
    });
    await cluster.objects.replace(configMaps, { ...entered, metadata: { ...entered.metadata, labels: { in: "no" } } });
    assert.deepEqual(await watch.told(2), ["ADDED a", "DELETED a"]);
  },

  async "a watch of one name tells of no other"(setting) {
    const { cluster, namespace, resource } = setting;
    for (const name of ["a", "b"]) await cluster.objects.create(await resource("cm"), configMap(namespace, name));
    const watch = await watching(setting, { fieldSelector: "metadata.name=b" });
    assert.deepEqual(await watch.told(1), ["ADDED b"]);
    for (const name of ["a", "b"]) await cluster.objects.delete(await resource("cm"), { namespace, name });
    assert.deepEqual(await watch.told(1), ["DELETED b"]);
  },

  async "a WatchList tells everything, then a bookmark that says so, then changes"(setting) {
    const { cluster, namespace, resource } = setting;
    for (const name of ["a", "b"]) await cluster.objects.create(await resource("cm"), configMap(namespace, name));
    const watch = await watching(setting, {
      sendInitialEvents: true,
      resourceVersionMatch: "NotOlderThan",
      allowWatchBookmarks: true,
    });
    assert.deepEqual(await watch.told(2), ["ADDED a", "ADDED b"]);
    const bookmark = await watch.next();
    assert.equal(bookmark.type, "BOOKMARK");
    assert.equal(stringAt(bookmark.object, "metadata", "annotations", "k8s.io/initial-events-end"), "true");
    assert.match(stringAt(bookmark.object, "metadata", "resourceVersion") ?? "", /^\d+$/);
    await cluster.objects.create(await resource("cm"), configMap(namespace, "c"));
    assert.deepEqual(await watch.told(1), ["ADDED c"]);
  },

  async "a WatchList must say resourceVersionMatch: 422"(setting) {
    const [code, reason] = await statusOf(watching(setting, { sendInitialEvents: true }));
    assert.deepEqual([code, reason], [422, "Invalid"]);
  },

  async "a watch ends in good order after timeoutSeconds"(setting) {
    const watch = await watching(setting, { resourceVersion: await versionNow(setting), timeoutSeconds: 1 });
    await assert.rejects(watch.next(), /the watch ended/);
  },

  async "a watch from a forgotten resourceVersion is told 410 by an ERROR event, or refused by it"(setting) {
    const resourceVersion = await versionNow(setting);
    await setting.forget();
    const outcome: JsonValue = await watching(setting, { resourceVersion }).then(
      async (watch) => (await watch.next()).object,
      (error: { details?: Readonly<Record<string, JsonValue>> }) => error.details?.["status"] ?? null,
    );
    assert.ok(isJsonObject(outcome));
    assert.deepEqual([numberAt(outcome, "code"), stringAt(outcome, "reason")], [410, "Expired"]);
  },
};
