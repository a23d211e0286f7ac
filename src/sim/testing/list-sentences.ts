import assert from "node:assert/strict";
import { jsonAt, type JsonObject, listAt, numberAt, stringAt } from "../../model/index.ts";
import { configMap, type Sentences, type Setting, statusOf, versionOf } from "./setting.ts";

async function fill({ cluster, namespace, resource }: Setting, count: number): Promise<void> {
  const configMaps = await resource("cm");
  const name = (index: number): string => `item-${String(index).padStart(3, "0")}`;
  for (let index = 0; index < count; index++) {
    const labels = { parity: index % 2 === 0 ? "even" : "odd", index: String(index) };
    await cluster.objects.create(configMaps, { metadata: { namespace, name: name(index), labels } });
  }
}

const pathOf = (namespace: string): string => `/api/v1/namespaces/${namespace}/configmaps`;
/** Controllers put a config map of their own into every namespace. */
const own = { fieldSelector: "metadata.name!=kube-root-ca.crt" };

const namesIn = (list: JsonObject): readonly (string | undefined)[] =>
  listAt(list, "items").map((item) => stringAt(item, "metadata", "name"));

export const listSentences: Sentences = {
  async "a list is of its kind, in order of names, at a resourceVersion"(setting) {
    await fill(setting, 3);
    const list = await setting.cluster.api.json({ path: pathOf(setting.namespace), query: own });
    assert.deepEqual(
      [list["kind"], list["apiVersion"], namesIn(list)],
      ["ConfigMapList", "v1", ["item-000", "item-001", "item-002"]],
    );
    assert.match(stringAt(list, "metadata", "resourceVersion") ?? "", /^\d+$/);
  },

  async "labels select by Kubernetes' grammar"(setting) {
    await fill(setting, 4);
    const select = async (labelSelector: string) =>
      (
        await setting.cluster.objects.list(await setting.resource("cm"), {
          namespace: setting.namespace,
          labelSelector,
        })
      ).objects.map(({ metadata }) => metadata.name);
    assert.deepEqual(await select("parity=even"), ["item-000", "item-002"]);
    assert.deepEqual(await select("parity in (odd),index!=1"), ["item-003"]);
    assert.deepEqual(await select("parity,!none"), ["item-000", "item-001", "item-002", "item-003"]);
    const [code, reason] = await statusOf(select("parity=(("));
    assert.deepEqual([code, reason], [400, "BadRequest"]);
  },

  async "fields select by name, and a field that is no selector is refused"(setting) {
    await fill(setting, 2);
    const select = async (fieldSelector: string) =>
      (
        await setting.cluster.objects.list(await setting.resource("cm"), {
          namespace: setting.namespace,
          fieldSelector,
        })
      ).objects.map(({ metadata }) => metadata.name);
    assert.deepEqual(await select("metadata.name=item-001"), ["item-001"]);
    const [code, reason, message] = await statusOf(select("data.x=1"));
    assert.deepEqual([code, reason], [400, "BadRequest"]);
    assert.match(String(message), /field label not supported: data\.x|"data\.x" is not a known field selector/);
  },

  async "pages show the list as it was at the first of them"(setting) {
    const { cluster, namespace, resource } = setting;
    await fill(setting, 5);
    const path = pathOf(namespace);
    const first = await cluster.api.json({ path, query: { limit: 2 } });
    assert.equal(
      numberAt(first, "metadata", "remainingItemCount"),
      listAt(await cluster.api.json({ path }), "items").length - 2,
    );
    await cluster.objects.create(await resource("cm"), configMap(namespace, "item-003a"));
    await cluster.objects.delete(await resource("cm"), { namespace, name: "item-004" });
    const rest = await cluster.api.json({
      path,
      query: { limit: 500, continue: stringAt(first, "metadata", "continue") },
    });
    const names = namesIn(rest).filter((name) => name !== "kube-root-ca.crt");
    assert.deepEqual(names, ["item-002", "item-003", "item-004"]);
    assert.equal(stringAt(rest, "metadata", "resourceVersion"), stringAt(first, "metadata", "resourceVersion"));
    assert.equal(stringAt(rest, "metadata", "continue") ?? "", "");
  },

  async "a resourceVersion of the future is too large: 504 with its cause"({ cluster, namespace }) {
    const [code, reason] = await statusOf(
      cluster.api.json({
        path: pathOf(namespace),
        query: { resourceVersion: "999999999", resourceVersionMatch: "NotOlderThan" },
        timeoutMs: 0,
      }),
    );
    assert.deepEqual([code, reason], [504, "Timeout"]);
  },

  async "a list of metadata only is PartialObjectMetadataList"(setting) {
    await fill(setting, 2);
    const accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
    const list = await setting.cluster.api.json({ path: pathOf(setting.namespace), query: own, accept });
    assert.deepEqual(
      [list["kind"], list["apiVersion"], namesIn(list)],
      ["PartialObjectMetadataList", "meta.k8s.io/v1", ["item-000", "item-001"]],
    );
    assert.deepEqual(
      Object.keys(listAt(list, "items")[0] as JsonObject)
        .toSorted()
        .filter((key) => key === "data" || key === "metadata"),
      ["metadata"],
    );
  },

  async "a table names its columns and holds each object's metadata"(setting) {
    await fill(setting, 1);
    const accept = "application/json;as=Table;g=meta.k8s.io;v=v1";
    const table = await setting.cluster.api.json({ path: pathOf(setting.namespace), query: own, accept });
    assert.equal(table["kind"], "Table");
    assert.equal(stringAt(table, "columnDefinitions", 0, "name"), "Name");
    assert.equal(jsonAt(table, "rows", 0, "cells", 0), "item-000");
    assert.equal(stringAt(table, "rows", 0, "object", "metadata", "name"), "item-000");
  },

  async "a table of nodes says which are ready"({ cluster, namespace, resource }) {
    const nodes = await resource("nodes");
    await cluster.objects.create(nodes, { metadata: { name: namespace }, spec: { unschedulable: true } });
    const conditions = [{ type: "Ready", status: "True", reason: "KubeletReady" }];
    const target = { name: namespace, subresource: "status" };
    await cluster.objects.patch(nodes, target, { type: "merge", patch: { status: { conditions } } });
    const accept = "application/json;as=Table;g=meta.k8s.io;v=v1";
    const query = { fieldSelector: `metadata.name=${namespace}`, includeObject: "None" };
    const table = await cluster.api.json({ path: "/api/v1/nodes", query, accept });
    assert.equal(stringAt(table, "columnDefinitions", 1, "name"), "Status");
    assert.equal(jsonAt(table, "rows", 0, "cells", 1), "Ready,SchedulingDisabled");
    await cluster.objects.delete(nodes, { name: namespace });
  },

  async "an answer in a form that is not had is refused: 406"({ cluster, namespace }) {
    const [code, reason] = await statusOf(
      cluster.api.json({ path: pathOf(namespace), accept: "application/x-nothing" }),
    );
    assert.deepEqual([code, reason], [406, "NotAcceptable"]);
  },

  async "a list of all namespaces holds them in order"(setting) {
    await fill(setting, 1);
    const { objects, resourceVersion } = await setting.cluster.objects.list(await setting.resource("cm"));
    assert.ok(objects.some(({ metadata }) => metadata.namespace === setting.namespace));
    assert.ok(Number(resourceVersion) >= Math.max(...objects.map((object) => Number(versionOf(object)))));
  },
};
