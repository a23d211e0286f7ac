import assert from "node:assert/strict";
import { isHeddleError } from "../../base/index.ts";
import { jsonAt, type JsonObject, type KubeObject, stringAt } from "../../model/index.ts";
import { configMap, type Sentences, type Setting, statusOf } from "./setting.ts";
import { eventually } from "./discovery-sentences.ts";

const ownerOf = ({ apiVersion, kind, metadata }: KubeObject, block = false): JsonObject => ({
  apiVersion,
  kind,
  name: metadata.name,
  uid: metadata.uid ?? "",
  ...(block ? { blockOwnerDeletion: true } : {}),
});

async function isGone({ cluster, namespace, resource }: Setting, name: string): Promise<true | undefined> {
  try {
    await cluster.objects.get(await resource("cm"), { namespace, name });
    return undefined;
  } catch (error) {
    if (isHeddleError(error, "HEDDLE_CLUSTER_NOT_FOUND")) return true;
    throw error;
  }
}

export const deleteSentences: Sentences = {
  async "what is deleted is gone, and its Status says which it was"(setting) {
    const { cluster, namespace, resource } = setting;
    const { metadata } = await cluster.objects.create(await resource("cm"), configMap(namespace, "a"));
    const answer = await cluster.objects.delete(await resource("cm"), { namespace, name: "a" });
    assert.deepEqual([stringAt(answer, "kind"), stringAt(answer, "status")], ["Status", "Success"]);
    assert.deepEqual(jsonAt(answer, "details"), { name: "a", kind: "configmaps", uid: metadata.uid });
    assert.equal(await isGone(setting, "a"), true);
  },

  async "preconditions on uid and resourceVersion hold, or nothing is deleted: 409"({ cluster, namespace, resource }) {
    const { metadata } = await cluster.objects.create(await resource("cm"), configMap(namespace, "a"));
    const attempt = async (preconditions: Readonly<{ uid?: string; resourceVersion?: string }>) =>
      cluster.objects.delete(await resource("cm"), { namespace, name: "a" }, { preconditions });
    const uid = "00000000-0000-4000-8000-000000000000";
    const [code, reason, message] = await statusOf(attempt({ uid }));
    assert.deepEqual([code, reason], [409, "Conflict"]);
    assert.match(String(message), /^Operation cannot be fulfilled on ConfigMap "a": the UID in the precondition/);
    assert.ok(String(message).includes(metadata.uid ?? "?"));
    assert.deepEqual((await statusOf(attempt({ resourceVersion: "1" }))).slice(0, 2), [409, "Conflict"]);
    await attempt({ uid: metadata.uid ?? "", resourceVersion: metadata.resourceVersion ?? "" });
  },

  async "a finalizer holds an object until it is taken off"(setting) {
    const { cluster, namespace, resource } = setting;
    const configMaps = await resource("cm");
    await cluster.objects.create(configMaps, {
      metadata: { namespace, name: "held", finalizers: ["example.com/hold"] },
    });
    const answer = await cluster.objects.delete(configMaps, { namespace, name: "held" });
    assert.equal(stringAt(answer, "kind"), "ConfigMap");
    const held = await cluster.objects.get(configMaps, { namespace, name: "held" });
    assert.match(held.metadata.deletionTimestamp ?? "", /Z$/);
    await cluster.objects.patch(
      configMaps,
      { namespace, name: "held" },
      { type: "merge", patch: { metadata: { finalizers: null } } },
    );
    assert.equal(await isGone(setting, "held"), true);
  },

  async "a whole collection is deleted by selector"(setting) {
    const { cluster, namespace, resource } = setting;
    for (const name of ["a", "b", "c"])
      await cluster.objects.create(await resource("cm"), {
        metadata: { namespace, name, labels: { keep: name === "c" ? "yes" : "no" } },
      });
    await cluster.objects.deleteCollection(await resource("cm"), { namespace, labelSelector: "keep=no" });
    assert.deepEqual(
      [await isGone(setting, "a"), await isGone(setting, "b"), await isGone(setting, "c")],
      [true, true, undefined],
    );
  },

  async "dependents go after their owner in the background, and are kept as orphans"(setting) {
    const { cluster, namespace, resource } = setting;
    const configMaps = await resource("cm");
    const [one, two] = await Promise.all(
      ["one", "two"].map((name) => cluster.objects.create(configMaps, configMap(namespace, name))),
    );
    assert.ok(one !== undefined && two !== undefined);
    const child = async (name: string, owner: KubeObject) =>
      cluster.objects.create(configMaps, { metadata: { namespace, name, ownerReferences: [ownerOf(owner)] } });
    // What the garbage collector has not seen yet it cannot orphan: that it deletes the later child shows that it has.
    await child("child-of-two", two);
    await child("child-of-one", one);
    await cluster.objects.delete(configMaps, { namespace, name: "one" }, { propagation: "Background" });
    await eventually("the dependent is gone", () => isGone(setting, "child-of-one"));
    await cluster.objects.delete(configMaps, { namespace, name: "two" }, { propagation: "Orphan" });
    await eventually("the owner of the orphan is gone", () => isGone(setting, "two"));
    const orphan = await cluster.objects.get(configMaps, { namespace, name: "child-of-two" });
    assert.equal(orphan.metadata.ownerReferences?.length ?? 0, 0);
  },

  async "in the foreground an owner waits for the dependents that block it"(setting) {
    const { cluster, namespace, resource } = setting;
    const configMaps = await resource("cm");
    const owner = await cluster.objects.create(configMaps, configMap(namespace, "owner"));
    const held = { namespace, name: "held", finalizers: ["example.com/hold"], ownerReferences: [ownerOf(owner, true)] };
    await cluster.objects.create(configMaps, { metadata: held });
    await cluster.objects.delete(configMaps, { namespace, name: "owner" }, { propagation: "Foreground" });
    await eventually(
      "the dependent is being deleted",
      async () => (await cluster.objects.get(configMaps, { namespace, name: "held" })).metadata.deletionTimestamp,
    );
    assert.deepEqual((await cluster.objects.get(configMaps, { namespace, name: "owner" })).metadata.finalizers, [
      "foregroundDeletion",
    ]);
    await cluster.objects.patch(
      configMaps,
      { namespace, name: "held" },
      { type: "merge", patch: { metadata: { finalizers: null } } },
    );
    await eventually("the owner is gone", () => isGone(setting, "owner"));
  },

  async "a namespace takes everything in it along, and takes nothing new meanwhile"(setting) {
    const { cluster, namespace, resource } = setting;
    const configMaps = await resource("cm");
    await cluster.objects.create(configMaps, {
      metadata: { namespace, name: "held", finalizers: ["example.com/hold"] },
    });
    await cluster.objects.delete(await resource("namespaces"), { name: namespace });
    const ending = await cluster.objects.get(await resource("namespaces"), { name: namespace });
    assert.equal(stringAt(ending["status"], "phase"), "Terminating");
    const [code, reason, message] = await statusOf(cluster.objects.create(configMaps, configMap(namespace, "late")));
    assert.deepEqual([code, reason], [403, "Forbidden"]);
    assert.equal(
      message,
      `configmaps "late" is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`,
    );
    await eventually(
      "what is in it is being deleted",
      async () => (await cluster.objects.get(configMaps, { namespace, name: "held" })).metadata.deletionTimestamp,
    );
    await cluster.objects.patch(
      configMaps,
      { namespace, name: "held" },
      { type: "merge", patch: { metadata: { finalizers: null } } },
    );
    await eventually("the namespace is gone", async () => {
      const [gone] = await statusOf(cluster.objects.get(await resource("namespaces"), { name: namespace }));
      return gone === 404 ? true : undefined;
    });
  },
};
