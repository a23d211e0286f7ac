import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HeddleError } from "../../base/index.ts";
import { filledStore, podOf, podResource, secretResource } from "../testing/filled-store.ts";
import { type Answer, codesOf, openGraphql } from "../testing/open-graphql.ts";
import { infoOf, openServer, quietDeps, refusalOf } from "../testing/open-server.ts";

const east = infoOf("east").id;

describe("GraphQL", () => {
  it("answers kubernetesResources, just as people ask for it", async (t) => {
    const { ask } = await openGraphql(t, { store: filledStore(east, 1) });
    const answer = await ask(
      `{ kubernetesResources(cluster: "east", type: "pod") { id attributes relationships { type target { id } } } }`,
    );
    assert.equal(answer.errors, undefined);
    const [pod, ...others] = (answer.data?.["kubernetesResources"] ?? []) as {
      id: string;
      attributes: Record<string, unknown>;
      relationships: { type: string; target: { id: string } }[];
    }[];
    assert.deepEqual(others, []);
    assert.equal(pod?.id, "east/core/Pod/default/pod-0");
    assert.equal(pod.attributes["status"], "Running");
    assert.ok(
      pod.relationships.some(({ type, target }) => type === "runs_on" && target.id === "east/core/Node/node-1"),
    );
  });

  it("tells clusters and how far they can be trusted", async (t) => {
    const { ask } = await openGraphql(t);
    const { data } = await ask("{ clusters { id state objects synced freshness { state since } } }");
    assert.deepEqual(data, {
      clusters: [
        { id: "east", state: "Unknown", objects: 4, synced: false, freshness: { state: "live", since: null } },
      ],
    });
  });

  it("counts nodes as the store has them, whatever the last health check counted", async (t) => {
    const { ask } = await openGraphql(t);
    const { data } = await ask(
      '{ clusters { nodesReady nodes namespaces } resourceCounts(filter: { kinds: ["nodes"] }) { total } }',
    );
    assert.deepEqual(data, { clusters: [{ nodesReady: 0, nodes: 1, namespaces: null }], resourceCounts: { total: 1 } });
  });

  it("pages through resources by a filter, each once", async (t) => {
    const { ask } = await openGraphql(t, { store: filledStore(east, 25) });
    const query = `query ($cursor: String) {
      resources(filter: { kinds: ["po"], labelSelector: "app=web" }, limit: 10, cursor: $cursor, sort: { by: "name", descending: true }) {
        items { name } next freshness { cluster { id } freshness { state } }
      }
    }`;
    const names: string[] = [];
    let cursor: string | null = null;
    let pages = 0;
    do {
      const { data } = await ask(query, { cursor });
      const page = data?.["resources"] as { items: { name: string }[]; next: string | null; freshness: unknown };
      names.push(...page.items.map(({ name }) => name));
      assert.deepEqual(page.freshness, [{ cluster: { id: "east" }, freshness: { state: "live" } }]);
      cursor = page.next;
      pages++;
    } while (cursor !== null);
    assert.equal(pages, 3);
    assert.deepEqual(
      names,
      Array.from({ length: 25 }, (_, index) => `pod-${index}`)
        .sort()
        .toReversed(),
    );
  });

  it("finds one object by id or by name, with what relates to it; null where there is none", async (t) => {
    const { ask } = await openGraphql(t);
    const { data } = await ask(`{
      byId: resource(id: "east/core/Node/node-1") { id relationships(direction: IN) { type source { name } } }
      byName: resource(cluster: "east", kind: "po", namespace: "default", name: "pod-1") { id status object }
      none: resource(cluster: "east", kind: "po", namespace: "default", name: "pod-9") { id }
    }`);
    const { byId, byName, none } = data as Record<string, Record<string, unknown>>;
    assert.deepEqual(
      byId?.["relationships"],
      [0, 1, 2].map((index) => ({ type: "runs_on", source: { name: `pod-${index}` } })),
    );
    assert.deepEqual(byName, { id: "east/core/Pod/default/pod-1", status: "Running", object: podOf("pod-1") });
    assert.equal(none, null);
  });

  it("tells missing ends of relations by their names", async (t) => {
    const store = filledStore(east, 0);
    store.apply(east, podResource, [
      { type: "created", object: podOf("a", { spec: { nodeName: "gone", containers: [] } }) },
    ]);
    const { ask } = await openGraphql(t, { store });
    const { data } = await ask(
      `{ resource(id: "east/core/Pod/default/a") { relationships(types: ["runs_on"]) { target { id exists attributes status } } } }`,
    );
    assert.deepEqual(data, {
      resource: {
        relationships: [{ target: { id: "east/core/Node/gone", exists: false, attributes: {}, status: null } }],
      },
    });
  });

  it("never tells a Secret's values", async (t) => {
    const store = filledStore(east, 0);
    const secret = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { namespace: "default", name: "s" },
      data: { key: "c2VjcmV0" },
    };
    store.apply(east, secretResource, [{ type: "created", object: secret }]);
    const { ask } = await openGraphql(t, { store });
    const answer = await ask(`{ resource(id: "east/core/Secret/default/s") { object attributes annotations labels } }`);
    assert.equal(answer.errors, undefined);
    assert.doesNotMatch(JSON.stringify(answer), /c2VjcmV0/);
  });

  it("gives every error a code", async (t) => {
    const { ask } = await openGraphql(t);
    for (const [query, code] of [
      ["{", "HEDDLE_GRAPHQL_SYNTAX"],
      ["{ nothing }", "HEDDLE_GRAPHQL_INVALID"],
      ['{ clusters(ids: ["eats"]) { id } }', "HEDDLE_FLEET_UNKNOWN_CLUSTER"],
      ['{ kubernetesResources(cluster: "east", type: "pid") { id } }', "HEDDLE_CLUSTER_UNKNOWN_KIND"],
      ['{ resources(filter: { labelSelector: "a in" }) { next } }', "HEDDLE_SELECTOR_INVALID"],
      ['{ resources(cursor: "x") { next } }', "HEDDLE_CURSOR_INVALID"],
      ["{ resources(limit: 0) { next } }", "HEDDLE_SERVER_QUESTION_INVALID"],
      ['{ resource(id: "x") { id } }', "HEDDLE_SERVER_QUESTION_INVALID"],
      [
        '{ resource(id: "east/core/Node/node-1") { relationships(types: ["knows"]) { type } } }',
        "HEDDLE_SERVER_QUESTION_INVALID",
      ],
      ["query ($n: Int!) { resources(limit: $n) { next } }", "HEDDLE_GRAPHQL_INVALID"],
    ] as const)
      assert.deepEqual(codesOf(await ask(query)), [code], query);
    assert.match((await ask('{ clusters(ids: ["eats"]) { id } }')).errors?.[0]?.message ?? "", /did you mean "east"/);
  });

  it("is refused where the body is no question", async (t) => {
    const { post } = await openServer(t);
    for (const [body, refusal] of [
      ["", "400 HEDDLE_SERVER_BODY_INVALID"],
      ['[{"query":"{ clusters { id } }"}]', "400 HEDDLE_SERVER_BODY_INVALID"],
      ["{}", "400 HEDDLE_SERVER_QUESTION_INVALID"],
      ['{"query":1}', "400 HEDDLE_SERVER_QUESTION_INVALID"],
      ['{"query":"{ clusters { id } }","variables":[]}', "400 HEDDLE_SERVER_QUESTION_INVALID"],
      ['{"query":"{ clusters { id } }","querry":""}', "400 HEDDLE_SERVER_QUESTION_INVALID"],
    ] as const)
      assert.equal(await refusalOf(await post("/graphql", body)), refusal, body);
  });

  it("refuses what nests too deep, costs too much, or is too long, and lets the explorer ask for the schema", async (t) => {
    const { ask } = await openGraphql(t);
    const nested = (levels: number): string =>
      levels === 0 ? "id" : `relationships(limit: 1) { target { ${nested(levels - 1)} } }`;
    const deep = (levels: number) => `{ resource(id: "east/core/Node/node-1") { ${nested(levels)} } }`;
    assert.deepEqual(codesOf(await ask(deep(5))), []);
    assert.deepEqual(codesOf(await ask(deep(6))), ["HEDDLE_SERVER_QUERY_TOO_DEEP"]);
    const wide =
      "query ($n: Int) { resources(limit: $n) { items { relationships { target { relationships { type target { id name } } } } } } }";
    assert.deepEqual(codesOf(await ask(wide, { n: 10 })), []);
    assert.deepEqual(codesOf(await ask(wide, { n: 1000 })), ["HEDDLE_SERVER_QUERY_TOO_COSTLY"]);
    const doubling = Array.from(
      { length: 40 },
      (_, index) => `fragment f${index} on Query { ...f${index + 1} ...f${index + 1} }`,
    );
    const bomb = `{ ...f0 } ${doubling.join(" ")} fragment f40 on Query { clusters { id } }`;
    assert.deepEqual(codesOf(await ask(bomb)), ["HEDDLE_SERVER_QUERY_TOO_COSTLY"]);
    assert.deepEqual(codesOf(await ask(`{ ${"clusters { id } ".repeat(2_000)} }`)), ["HEDDLE_GRAPHQL_SYNTAX"]);
    const { getIntrospectionQuery } = await import("graphql");
    assert.deepEqual(codesOf(await ask(getIntrospectionQuery())), []);
  });

  it("answers no lists that are longer than it allows, saying how to page", async (t) => {
    const { ask } = await openGraphql(t, { store: filledStore(east, 5_001) });
    const answer = await ask('{ kubernetesResources(cluster: "east", type: "pod") { id } }');
    assert.deepEqual(codesOf(answer), ["HEDDLE_SERVER_ANSWER_TOO_LARGE"]);
    assert.match(answer.errors?.[0]?.message ?? "", /cursor/);
  });

  it("refuses mutations while they are off, naming the key", async (t) => {
    const { post } = await openGraphql(t);
    const answer = await post("/graphql", {
      query: 'mutation { deleteResource(cluster: "east", kind: "pod", namespace: "default", name: "pod-0") }',
    });
    const { errors } = (await answer.json()) as Answer;
    assert.deepEqual([answer.status, errors?.[0]?.extensions.code], [403, "HEDDLE_SERVER_MUTATIONS_DISABLED"]);
    assert.match(errors?.[0]?.message ?? "", /enable_mutations: true/);
  });

  it("logs who did what and how it came out, and never what was written", async (t) => {
    const lines: object[] = [];
    const log = {
      ...quietDeps().log,
      info: (fields: object) => void lines.push(fields),
      warn: (fields: object) => void lines.push(fields),
    };
    const fleet = {
      ...quietDeps().fleet,
      connect: async () => {
        throw new HeddleError("no answer", { code: "HEDDLE_CLUSTER_UNREACHABLE", retryable: true });
      },
    };
    const { ask } = await openGraphql(t, { log, fleet }, { enableMutations: true });
    const answer = await ask('mutation ($o: JSON!) { applyResource(cluster: "east", object: $o) { id } }', {
      o: { apiVersion: "v1", kind: "Secret", metadata: { namespace: "a", name: "s" }, data: { key: "c2VjcmV0" } },
    });
    assert.deepEqual(codesOf(answer), ["HEDDLE_CLUSTER_UNREACHABLE"]);
    assert.equal(answer.errors?.[0]?.extensions.retryable, true);
    const [line] = lines as Record<string, unknown>[];
    assert.match(String(line?.["who"]), /^\S+ from 127\.0\.0\.1:\d+$/);
    const { action, cluster, kind, namespace, name, result } = line ?? {};
    assert.deepEqual(
      { action, cluster, kind, namespace, name, result },
      {
        action: "apply",
        cluster: "east",
        kind: "Secret.v1.",
        namespace: "a",
        name: "s",
        result: "HEDDLE_CLUSTER_UNREACHABLE",
      },
    );
    assert.doesNotMatch(JSON.stringify(lines), /c2VjcmV0/);
  });
});

describe("the explorer page", () => {
  it("loads everything from this server, and may load nothing from elsewhere", async (t) => {
    const { get } = await openServer(t);
    const page = await get("/graphql", { headers: { accept: "text/html" } });
    const policy = page.headers.get("content-security-policy") ?? "";
    assert.match(policy, /^default-src 'none'; script-src 'self';/);
    assert.doesNotMatch(policy, /https?:|\*|unsafe-eval/);
    const html = await page.text();
    const loaded = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, path]) => path ?? "");
    assert.deepEqual(
      loaded.filter((path) => !path.startsWith("/graphql/assets/") && !path.startsWith("data:")),
      [],
    );
    assert.doesNotMatch(html, /https?:/);
    for (const path of new Set(loaded.filter((path) => path.startsWith("/")))) {
      const part = await get(path);
      assert.deepEqual([part.status, (await part.text()).length > 0], [200, true], path);
    }
    assert.equal((await get("/graphql/assets/other.js")).status, 404);
  });
});
