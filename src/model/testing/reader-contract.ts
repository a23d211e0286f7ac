import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { type LentKube, lentKube, startFaultProxy, testNamespace, until } from "../../../test/kube/index.ts";
import {
  type ClusterAnswer,
  type ClusterHealth,
  type ClusterId,
  type Freshness,
  type JsonValue,
  type ObjectList,
  type Reader,
  resourceName,
  type ResourceQuery,
  stringAt,
  type WatchedList,
} from "../index.ts";

/** A way into one cluster. */
export type ReaderContext = Readonly<{ name: string; server: string; ca: string; token: string }>;

/** A reader of the contexts' clusters, their names its ids, ready to be asked. */
export type OpenedReader = AsyncDisposable & Readonly<{ reader: Reader; ids: readonly ClusterId[] }>;

/** One implementation: how it opens, in a folder of the test's own, and how fresh its answers on config maps are. */
export type ReaderImplementation = Readonly<{
  name: string;
  freshness: Freshness["state"];
  open(folder: string, contexts: readonly ReaderContext[]): Promise<OpenedReader>;
}>;

const { signal } = new AbortController();

type Setting = Readonly<{
  east: LentKube;
  west: LentKube;
  /** In both clusters, with config maps: east a, b; west b, c; all labelled with their cluster. */
  namespace: string;
  freshness: Freshness["state"];
  open(...contexts: readonly ReaderContext[]): Promise<OpenedReader>;
}>;

/** The sentences that hold for every Reader, on two real API servers. */
export function describeReader({ name, freshness, open }: ReaderImplementation): void {
  describe(name, () => {
    it("answers as every reader does", async (t) => {
      const [east, west] = [await lentKube(t), await lentKube(t)];
      if (east === undefined || west === undefined) return;
      const folder = await mkdtemp(join(tmpdir(), "heddle-reader-"));
      t.after(() => rm(folder, { recursive: true }));
      const namespace = await testNamespace(t, east);
      await west.kubectl(["create", "namespace", namespace]);
      await Promise.all([fill(east, namespace, ["a", "b"]), fill(west, namespace, ["b", "c"])]);
      const setting = {
        east,
        west,
        namespace,
        freshness,
        open: (...contexts: readonly ReaderContext[]) => open(folder, contexts),
      };
      for (const [sentence, run] of Object.entries(sentences)) await t.test(sentence, (t) => run(setting, t));
    });
  });
}

async function fill({ kubectl, name: cluster }: LentKube, namespace: string, names: readonly string[]) {
  const items = names.map((name) => configMap(namespace, name, cluster));
  await kubectl(["apply", "-f", "-"], { input: JSON.stringify({ apiVersion: "v1", kind: "List", items }) });
}

const configMap = (namespace: string, name: string, cluster: string) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { namespace, name, labels: { "heddle-test": cluster } },
  data: { words: "grüße 🙂", lines: "one\ntwo\n" },
});

const at = (name: string, { server, ca, adminToken: token }: LentKube): ReaderContext => ({
  name,
  server,
  ca,
  token,
});

type Answers = Readonly<Record<string, ClusterAnswer<ObjectList>>>;

/** Exactly one answer for each cluster. */
async function list({ reader, ids }: OpenedReader, query: Omit<ResourceQuery, "clusters">): Promise<Answers> {
  const answers = await Array.fromAsync(reader.list({ ...query, clusters: ids }, signal));
  assert.deepEqual(answers.map(({ cluster }) => cluster).toSorted(), ids.toSorted());
  return Object.fromEntries(answers.map((answer) => [answer.cluster, answer]));
}

/** "ok", or the code of what is wrong. */
const codeOf = (answer: ClusterAnswer<unknown> | undefined): string =>
  answer === undefined ? "no answer" : answer.ok ? "ok" : answer.error.code;

const namesIn = (answer: ClusterAnswer<ObjectList | WatchedList> | undefined): readonly string[] =>
  (answer?.value?.objects ?? []).map(({ metadata }) => metadata.name).filter((name) => name !== "kube-root-ca.crt");

/** What the API server says in its Status. */
const wordsOf = (answer: ClusterAnswer<unknown> | undefined): string | undefined =>
  answer === undefined || answer.ok ? undefined : stringAt(answer.error.details["status"] as JsonValue, "message");

const sentences: Readonly<Record<string, (setting: Setting, t: TestContext) => Promise<void>>> = {
  async "lists one kind of every cluster, by any of its names"({ east, west, namespace, freshness, open }) {
    await using opened = await open(at("east", east), at("west", west));
    assert.deepEqual(
      opened.reader.clusters().map(({ id }) => id),
      opened.ids,
    );
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
        { state: freshness },
      ]);
    }
  },

  async "gives objects as kubectl does, but for managedFields"({ east, namespace, open }) {
    await using opened = await open(at("east", east));
    const { items } = JSON.parse(await east.kubectl(["get", "cm", "-n", namespace, "-o", "json"])) as {
      items: readonly object[];
    };
    const answers = await list(opened, { kind: "cm", namespace, brief: true });
    assert.deepEqual(answers["east"]?.value?.objects, items);
  },

  async "asks the cluster itself when the answer has to be live"({ east, namespace, open }) {
    await using opened = await open(at("east", east));
    await fill(east, namespace, ["new"]);
    const answers = await list(opened, { kind: "cm", namespace, live: true });
    await east.kubectl(["delete", "configmap", "new", "-n", namespace]);
    assert.deepEqual(namesIn(answers["east"]), ["a", "b", "new"]);
    assert.deepEqual(answers["east"]?.ok && answers["east"].freshness, { state: "direct" });
  },

  async "narrows by labels and fields, and takes all namespaces where none is given"({ east, west, open }) {
    await using opened = await open(at("east", east), at("west", west));
    const labelled = await list(opened, { kind: "cm", labelSelector: `heddle-test=${west.name}` });
    assert.deepEqual([namesIn(labelled["east"]), namesIn(labelled["west"])], [[], ["b", "c"]]);
    const named = await list(opened, { kind: "cm", fieldSelector: "metadata.name=b" });
    assert.deepEqual([namesIn(named["east"]), namesIn(named["west"])], [["b"], ["b"]]);
    const nodes = await list(opened, { kind: "no", namespace: "default" });
    assert.deepEqual([codeOf(nodes["east"]), namesIn(nodes["east"])], ["ok", []]);
  },

  async "refuses selectors in the API server's words"({ east, open }) {
    await using opened = await open(at("east", east));
    for (const selector of [
      { labelSelector: "a in b" },
      { labelSelector: "a b" },
      { labelSelector: "-a" },
      { labelSelector: "a=b=c" },
      { fieldSelector: "metadata.name" },
      { fieldSelector: "metadata.name=a\\b" },
      { fieldSelector: "spec.nothing=a" },
    ]) {
      const [asked, direct] = await Promise.all([
        list(opened, { kind: "cm", ...selector }),
        list(opened, { kind: "cm", ...selector, live: true }),
      ]);
      assert.equal(codeOf(asked["east"]), "HEDDLE_CLUSTER_BAD_REQUEST", JSON.stringify(selector));
      assert.equal(wordsOf(asked["east"]), wordsOf(direct["east"]));
      assert.ok((wordsOf(asked["east"]) ?? "") !== "", "in words");
    }
  },

  async "finds names; what is not there is that cluster's problem, what is there is shown all the same"(setting) {
    const { east, west, namespace, open } = setting;
    await using opened = await open(at("east", east), at("west", west));
    for (const place of [{ namespace }, { labelSelector: "heddle-test" }, {}]) {
      const answers = await list(opened, { kind: "cm", names: ["b", "a"], ...place });
      assert.deepEqual([codeOf(answers["east"]), namesIn(answers["east"])], ["ok", ["b", "a"]]);
      assert.deepEqual([codeOf(answers["west"]), namesIn(answers["west"])], ["HEDDLE_CLUSTER_NOT_FOUND", ["b"]]);
      assert.equal(wordsOf(answers["west"]), 'configmaps "a" not found');
    }
  },

  async "tells a kind that is not served, a category, and a kind that is forbidden, each by its own code"(setting) {
    const { east, west, open } = setting;
    await using opened = await open(at("east", east), { ...at("nobody", west), token: west.tokens.nobody });
    const secrets = await list(opened, { kind: "secrets" });
    assert.deepEqual([codeOf(secrets["east"]), codeOf(secrets["nobody"])], ["ok", "HEDDLE_CLUSTER_FORBIDDEN"]);
    const maps = await list(opened, { kind: "cm" });
    assert.deepEqual([codeOf(maps["east"]), codeOf(maps["nobody"])], ["ok", "HEDDLE_CLUSTER_FORBIDDEN"]);
    const unknown = await list(opened, { kind: "gadgets" });
    assert.equal(codeOf(unknown["east"]), "HEDDLE_CLUSTER_UNKNOWN_KIND");
    const all = await list(opened, { kind: "all" });
    assert.equal(codeOf(all["east"]), "HEDDLE_FLEET_SEVERAL_KINDS");
    const kinds = all["east"]?.ok === false ? all["east"].error.details["kinds"] : undefined;
    assert.ok(Array.isArray(kinds) && kinds.includes("pods") && kinds.includes("deployments.apps"));
  },

  async "tells what each cluster serves, and how it is"({ east, west, open }) {
    await using opened = await open(at("east", east), { ...at("gone", west), server: "https://127.0.0.1:1" });
    const answers = await Array.fromAsync(opened.reader.resources(opened.ids, signal));
    const byId = Object.fromEntries(answers.map((answer) => [answer.cluster, answer]));
    const names = new Set((byId["east"]?.value ?? []).map(resourceName));
    for (const name of ["pods", "deployments.apps", "leases.coordination.k8s.io"]) assert.ok(names.has(name), name);
    assert.equal(codeOf(byId["gone"]), "HEDDLE_CLUSTER_UNREACHABLE");
    const summaries = await Array.fromAsync(opened.reader.summaries(opened.ids, signal));
    // Degraded is who answers slowly, as on a busy machine.
    const stateOf = ({ state }: ClusterHealth): string => (state === "Degraded" ? "Connected" : state);
    assert.deepEqual(
      summaries.map(({ info, health }) => `${info.id} ${stateOf(health)} ${health.error?.code ?? ""}`).toSorted(),
      ["east Connected ", "gone Failed HEDDLE_CLUSTER_UNREACHABLE"],
    );
  },

  async "throws nothing but the reason of an abort"({ east, open }) {
    await using opened = await open(at("east", east));
    const aborted = AbortSignal.abort(new Error("enough"));
    const query = { kind: "cm", clusters: opened.ids };
    await assert.rejects(Array.fromAsync(opened.reader.list(query, aborted)), /enough/);
    await assert.rejects(Array.fromAsync(opened.reader.watch(query, aborted)), /enough/);
  },

  async "watches: everything first, then each change, of every cluster that can be had"({
    east,
    west,
    namespace,
    open,
  }) {
    await using opened = await open(at("east", east), at("west", west), {
      ...at("gone", west),
      server: "https://127.0.0.1:1",
    });
    const seen: string[] = [];
    const watching = watchInto(seen, opened, { kind: "cm", namespace, labelSelector: "heddle-test" });
    await until("the first answers", () => seen.length === 3);
    assert.deepEqual(seen.toSorted(), ["east first a,b -", "gone HEDDLE_CLUSTER_UNREACHABLE", "west first b,c -"]);
    await fill(east, namespace, ["d"]);
    await until("a new object", () => seen.includes("east then d -"));
    await west.kubectl(["delete", "configmap", "c", "-n", namespace]);
    await until("a deleted object", () => seen.includes("west then  c"));
    await east.kubectl(["label", "configmap", "d", "-n", namespace, "heddle-test-"]);
    await until("an object that matches no more", () => seen.includes("east then  d"));
    await watching.stop();
    await east.kubectl(["delete", "configmap", "d", "-n", namespace]);
    await fill(west, namespace, ["c"]);
  },

  async "watches names only, when names are given"({ east, namespace, open }) {
    await using opened = await open(at("east", east));
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
    await using opened = await open({ ...at("east", east), server: proxy.server, ca: proxy.ca });
    const seen: string[] = [];
    const watching = watchInto(seen, opened, { kind: "cm", namespace, labelSelector: "heddle-test" });
    await until("the first answer", () => seen.length === 1);
    proxy.refuse();
    proxy.cut();
    await until("word of the cut", () => seen.length > 1);
    assert.match(seen[1] ?? "", /^east HEDDLE_/);
    await fill(east, namespace, ["d"]);
    proxy.restore();
    await until("what happened meanwhile", () => seen.includes("east then d -"));
    await watching.stop();
    await east.kubectl(["delete", "configmap", "d", "-n", namespace]);
  },
};

/** Notes what comes: cluster, "first" or "then", names, deleted names; or cluster and code. */
function watchInto(seen: string[], { reader, ids }: OpenedReader, query: Omit<ResourceQuery, "clusters">) {
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
