import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { type KubeCluster, startFaultProxy, testNamespace, until } from "../../../test/kube/index.ts";
import {
  type ClusterAnswer,
  type ObjectList,
  resourceName,
  type ResourceQuery,
  type WatchedList,
} from "../../model/index.ts";
import { at, codeOf, type OpenedFleet, type TwoClusters, twoClusters } from "../testing/real-fleet.ts";

const { signal } = new AbortController();

/** The namespace is in both clusters, with config maps: east a, b; west b, c; all labelled with their cluster. */
type Setting = TwoClusters & Readonly<{ namespace: string }>;

describe("a reader of clusters", () => {
  it("answers from real API servers", async (t) => {
    const clusters = await twoClusters(t);
    if (clusters === undefined) return;
    const { east, west } = clusters;
    const namespace = await testNamespace(t, east);
    await west.kubectl(["create", "namespace", namespace]);
    await Promise.all([fill(east, namespace, ["a", "b"]), fill(west, namespace, ["b", "c"])]);
    for (const [name, run] of Object.entries(parts)) await t.test(name, (t) => run({ ...clusters, namespace }, t));
  });
});

async function fill({ kubectl, name: cluster }: KubeCluster, namespace: string, names: readonly string[]) {
  const items = names.map((name) => configMap(namespace, name, cluster));
  await kubectl(["apply", "-f", "-"], { input: JSON.stringify({ apiVersion: "v1", kind: "List", items }) });
}

const configMap = (namespace: string, name: string, cluster: string) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { namespace, name, labels: { "heddle-test": cluster } },
});

type Answers = Readonly<Record<string, ClusterAnswer<ObjectList>>>;

/** Exactly one answer for each cluster. */
async function list({ reader, ids }: OpenedFleet, query: Omit<ResourceQuery, "clusters">): Promise<Answers> {
  const answers = await Array.fromAsync(reader.list({ ...query, clusters: ids }, signal));
  assert.deepEqual(answers.map(({ cluster }) => cluster).toSorted(), ids.toSorted());
  return Object.fromEntries(answers.map((answer) => [answer.cluster, answer]));
}

const namesIn = (answer: ClusterAnswer<ObjectList | WatchedList> | undefined): readonly string[] =>
  (answer?.value?.objects ?? []).map(({ metadata }) => metadata.name).filter((name) => name !== "kube-root-ca.crt");

const parts: Readonly<Record<string, (setting: Setting, t: TestContext) => Promise<void>>> = {
  async "lists one kind of every cluster, by any of its names"({ east, west, namespace, open }) {
    await using opened = await open([at("east", east), at("west", west)]);
    for (const kind of ["configmaps", "cm", "ConfigMap", "configmap.v1."]) {
      const answers = await list(opened, { kind, namespace });
      assert.deepEqual(
        [namesIn(answers["east"]), namesIn(answers["west"])],
        [
          ["a", "b"],
          ["b", "c"],
        ],
      );
      assert.deepEqual(answers["east"]?.ok && [answers["east"].value.resource.plural, answers["east"].freshness], [
        "configmaps",
        { state: "direct" },
      ]);
    }
  },

  async "narrows by labels and fields, and takes all namespaces where none is given"({ east, west, open }) {
    await using opened = await open([at("east", east), at("west", west)]);
    const labelled = await list(opened, { kind: "cm", labelSelector: `heddle-test=${west.name}` });
    assert.deepEqual([namesIn(labelled["east"]), namesIn(labelled["west"])], [[], ["b", "c"]]);
    const named = await list(opened, { kind: "cm", fieldSelector: "metadata.name=b" });
    assert.deepEqual([namesIn(named["east"]), namesIn(named["west"])], [["b"], ["b"]]);
    const nodes = await list(opened, { kind: "no", namespace: "default" });
    assert.deepEqual([codeOf(nodes["east"]), namesIn(nodes["east"])], ["ok", []]);
  },

  async "finds names; what is not there is that cluster's problem, what is there is shown all the same"(setting) {
    const { east, west, namespace, open } = setting;
    await using opened = await open([at("east", east), at("west", west)]);
    for (const place of [{ namespace }, { labelSelector: "heddle-test" }, {}]) {
      const answers = await list(opened, { kind: "cm", names: ["a", "b"], ...place });
      assert.deepEqual([codeOf(answers["east"]), namesIn(answers["east"])], ["ok", ["a", "b"]]);
      assert.deepEqual([codeOf(answers["west"]), namesIn(answers["west"])], ["HEDDLE_CLUSTER_NOT_FOUND", ["b"]]);
      assert.match(!answers["west"]?.ok ? (answers["west"]?.error.message ?? "") : "", /configmaps "a" not found/);
    }
  },

  async "tells a kind that is not served, a category, and a kind that is forbidden, each by its own code"(setting) {
    const { east, west, open } = setting;
    await using opened = await open([at("east", east), { ...at("nobody", west), token: west.tokens.nobody }]);
    const secrets = await list(opened, { kind: "secrets" });
    assert.deepEqual([codeOf(secrets["east"]), codeOf(secrets["nobody"])], ["ok", "HEDDLE_CLUSTER_FORBIDDEN"]);
    const unknown = await list(opened, { kind: "gadgets" });
    assert.equal(codeOf(unknown["east"]), "HEDDLE_CLUSTER_UNKNOWN_KIND");
    const all = await list(opened, { kind: "all" });
    assert.equal(codeOf(all["east"]), "HEDDLE_FLEET_SEVERAL_KINDS");
    const kinds = all["east"]?.ok === false ? all["east"].error.details["kinds"] : undefined;
    assert.ok(Array.isArray(kinds) && kinds.includes("pods") && kinds.includes("deployments.apps"));
  },

  async "tells what each cluster serves"({ east, west, open }) {
    await using opened = await open([at("east", east), { ...at("gone", west), server: "https://127.0.0.1:1" }]);
    const answers = await Array.fromAsync(opened.reader.resources(opened.ids, signal));
    const byId = Object.fromEntries(answers.map((answer) => [answer.cluster, answer]));
    const names = new Set((byId["east"]?.value ?? []).map(resourceName));
    for (const name of ["pods", "deployments.apps", "leases.coordination.k8s.io"]) assert.ok(names.has(name), name);
    assert.equal(codeOf(byId["gone"]), "HEDDLE_CLUSTER_UNREACHABLE");
  },

  async "watches: everything first, then each change, of every cluster that can be had"({
    east,
    west,
    namespace,
    open,
  }) {
    await using opened = await open([
      at("east", east),
      at("west", west),
      {
        ...at("gone", west),
        server: "https://127.0.0.1:1",
      },
    ]);
    const seen: string[] = [];
    const watching = watchInto(seen, opened, { kind: "cm", namespace, labelSelector: "heddle-test" });
    await until("the first answers", () => seen.length === 3);
    assert.deepEqual(seen.toSorted(), ["east first a,b -", "gone HEDDLE_CLUSTER_UNREACHABLE", "west first b,c -"]);
    await fill(east, namespace, ["d"]);
    await until("a new object", () => seen.includes("east then d -"));
    await west.kubectl(["delete", "configmap", "c", "-n", namespace]);
    await until("a deleted object", () => seen.includes("west then  c"));
    await watching.stop();
    await east.kubectl(["delete", "configmap", "d", "-n", namespace]);
    await fill(west, namespace, ["c"]);
  },

  async "watches names only, when names are given"({ east, namespace, open }) {
    await using opened = await open([at("east", east)]);
    const seen: string[] = [];
    const watching = watchInto(seen, opened, { kind: "cm", namespace, names: ["a", "e"] });
    await until("the first answer", () => seen.length === 1);
    await fill(east, namespace, ["d", "e"]);
    await until("the named one", () => seen.length > 1);
    assert.deepEqual(seen, ["east first a -", "east then e -"]);
    await watching.stop();
    await east.kubectl(["delete", "configmap", "d", "e", "-n", namespace]);
  },

  async "keeps watching when the connection is cut, and says that it was"({ east, namespace, open }) {
    await using proxy = await startFaultProxy(east);
    await using opened = await open([{ ...at("east", east), server: proxy.server, ca: proxy.ca }]);
    const seen: string[] = [];
    const watching = watchInto(seen, opened, { kind: "cm", namespace, labelSelector: "heddle-test" });
    await until("the first answer", () => seen.length === 1);
    proxy.refuse();
    proxy.cut();
    await until("word of the cut", () => seen.length > 1);
    assert.match(seen[1] ?? "", /^east HEDDLE_CLUSTER_/);
    await fill(east, namespace, ["d"]);
    proxy.restore();
    await until("what happened meanwhile", () => seen.includes("east then d -"));
    await watching.stop();
  },
};

/** Notes what comes: cluster, "first" or "then", names, deleted names; or cluster and code. */
function watchInto(seen: string[], { reader, ids }: OpenedFleet, query: Omit<ResourceQuery, "clusters">) {
  const controller = new AbortController();
  const ended = (async () => {
    for await (const answer of reader.watch({ ...query, clusters: ids }, controller.signal)) {
      if (!answer.ok) seen.push(`${answer.cluster} ${codeOf(answer)}`);
      else
        seen.push(
          `${answer.cluster} ${answer.value.initial ? "first" : "then"} ${namesIn(answer)} ${deletedIn(answer)}`,
        );
    }
  })();
  return {
    async stop() {
      controller.abort(new Error("enough"));
      await assert.rejects(ended, /enough/);
    },
  };
}

const deletedIn = ({ value }: ClusterAnswer<WatchedList>): string =>
  (value?.deleted ?? []).map(({ metadata }) => metadata.name).join() || "-";
