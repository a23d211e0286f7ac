import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile, stat } from "node:fs/promises";
import { connect } from "node:net";
import { dirname } from "node:path";
import { describe, it } from "node:test";
import { HeddleError, isHeddleError, UsageError } from "../base/index.ts";
import {
  answerFromWire,
  type ClusterAnswer,
  type JsonValue,
  objectListFromWire,
  type Resource,
  resourcesFromWire,
  unknownHealth,
} from "../model/index.ts";
import { filledStore, podOf, podResource } from "./testing/filled-store.ts";
import { infoOf, linesOf, openServer, quietDeps, quietReader, refusalOf } from "./testing/open-server.ts";
import { until } from "../../test/kube/until.ts";

const east = infoOf("east").id;

/** What goes over the wire for a request that fetch would not send. */
async function raw(address: string, request: string): Promise<string> {
  const { hostname, port } = new URL(address);
  const socket = connect(Number(port), hostname);
  socket.end(request);
  const pieces = await socket.toArray();
  return Buffer.concat(pieces as Buffer[]).toString();
}

describe("the server", () => {
  it("wants the token everywhere but at /healthz and /readyz", async (t) => {
    const { address } = await openServer(t);
    assert.equal(await (await fetch(`${address}/healthz`)).text(), "ok\n");
    const ready = await fetch(`${address}/readyz`);
    assert.deepEqual([ready.status, await ready.json()], [503, { ready: false, clusters: { ready: 0, total: 1 } }]);
    for (const path of [
      "/api/session",
      "/api/status",
      "/api/clusters",
      "/api/changes",
      "/metrics",
      "/graphql",
      "/nothing",
    ])
      assert.equal(await refusalOf(await fetch(address + path)), "401 HEDDLE_SERVER_TOKEN_MISSING", path);
  });

  it("is ready without anything kept as soon as a cluster answered", async (t) => {
    const { fleet } = quietDeps();
    const answered = { ...unknownHealth, state: "Connected" as const };
    const summaries = () => [
      { info: infoOf("east"), health: answered },
      { info: infoOf("west"), health: unknownHealth },
    ];
    const { address } = await openServer(t, { cached: false, fleet: { ...fleet, summaries } });
    const ready = await fetch(`${address}/readyz`);
    assert.deepEqual([ready.status, await ready.json()], [200, { ready: true, clusters: { ready: 1, total: 1 } }]);
  });

  it("says that nothing is kept, not that a kind is unknown, where nothing is", async (t) => {
    const { post } = await openServer(t, { cached: false });
    const refusal = await refusalOf(await post("/api/relations", { cluster: "east", kind: "pods", name: "a" }));
    assert.equal(refusal, "503 HEDDLE_SERVER_NOTHING_KEPT");
  });

  it("leaves its token in the user's folder alone, and takes it away at the end", async (t) => {
    const opened = await openServer(t);
    const [file, folder] = [await stat(opened.tokenPath), await stat(dirname(opened.tokenPath))];
    assert.deepEqual([file.mode & 0o777, folder.mode & 0o777], [0o600, 0o700]);
    assert.deepEqual(JSON.parse(await readFile(opened.tokenPath, "utf8")), {
      address: opened.address,
      token: opened.token,
      pid: process.pid,
    });
    await opened[Symbol.asyncDispose]();
    await assert.rejects(stat(opened.tokenPath), /ENOENT/);
  });

  it("answers no foreign Host, Origin or type, and says nothing of cross-origin", async (t) => {
    const { address, token, get, post } = await openServer(t);
    const foreign = await raw(
      address,
      `GET /api/session HTTP/1.1\r\nHost: evil.example\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`,
    );
    assert.match(foreign, /^HTTP\/1\.1 403 [^]*HEDDLE_SERVER_HOST_REFUSED/);
    const evil = await get("/api/session", { headers: { origin: "https://evil.example" } });
    assert.equal(await refusalOf(evil), "403 HEDDLE_SERVER_ORIGIN_REFUSED");
    const text = await post("/api/reader/list", "{}", { headers: { "content-type": "text/plain" } });
    assert.equal(await refusalOf(text), "415 HEDDLE_SERVER_CONTENT_TYPE");
    const preflight = await fetch(`${address}/graphql`, { method: "OPTIONS", headers: { origin: address } });
    for (const answer of [evil, text, preflight, await get("/api/session")])
      for (const name of answer.headers.keys()) assert.ok(!name.startsWith("access-control-"), name);
  });

  it("tells what there is at a path, and that there is nothing", async (t) => {
    const { get, post } = await openServer(t);
    assert.equal(await refusalOf(await get("/nothing")), "404 HEDDLE_SERVER_NO_ROUTE");
    const wrong = await get("/api/reader/list");
    assert.deepEqual([wrong.headers.get("allow"), await refusalOf(wrong)], ["POST", "405 HEDDLE_SERVER_METHOD"]);
    assert.equal(await refusalOf(await post("/api/reader/list", "{")), "400 HEDDLE_SERVER_BODY_INVALID");
    const misspelt = await post("/api/reader/list", { kind: "pods", clusters: [], labelselector: "a" });
    assert.equal(await refusalOf(misspelt), "400 HEDDLE_SERVER_QUESTION_INVALID");
    const large = await post("/api/reader/list", " ".repeat(5_000_000));
    assert.equal(await refusalOf(large), "413 HEDDLE_SERVER_BODY_TOO_LARGE");
  });

  it("tells a command what it must know", async (t) => {
    const { get } = await openServer(t, {}, { enableMutations: true });
    assert.deepEqual(await (await get("/api/session")).json(), {
      version: "0.0.0-test",
      source: "a test",
      defaultNamespace: "default",
      notes: ["a note"],
      warnings: [],
      enableMutations: true,
      cached: true,
      clusters: [infoOf("east")],
      origin: { kubeconfigPaths: ["/home/me/.kube/config"], contexts: [] },
    });
  });

  it("hands a Reader's answers on, line by line as they come", async (t) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const error = new HeddleError("no", { code: "HEDDLE_CLUSTER_FORBIDDEN", details: { status: { code: 403 } } });
    const reader = quietReader([], {
      async *resources(): AsyncGenerator<ClusterAnswer<readonly Resource[]>> {
        yield { cluster: east, ok: true, value: [], freshness: { state: "live" } };
        await promise;
        yield { cluster: east, ok: false, error };
      },
    });
    const { post } = await openServer(t, { reader });
    const answer = await post("/api/reader/resources", { clusters: ["east"] });
    assert.equal(answer.headers.get("content-type"), "application/x-ndjson");
    let text = "";
    assert.ok(answer.body);
    for await (const piece of answer.body) {
      text += Buffer.from(piece).toString();
      resolve();
    }
    const [first, second] = linesOf(text).map((line) => answerFromWire(line as JsonValue, resourcesFromWire));
    assert.deepEqual(first, { cluster: east, ok: true, value: [], freshness: { state: "live" } });
    assert.ok(second?.ok === false && second.error.code === error.code);
    assert.deepEqual(second.error.details, error.details);
  });

  it("joins a list from text without parsing it", async (t) => {
    const json = ['[{"apiVersion":"v1",', '"kind":"Pod","metadata":{"name":"a"}}]'].map((text) => Buffer.from(text));
    const { post } = await openServer(t, {
      async *listText() {
        yield { cluster: east, ok: true, value: { resource: podResource, json }, freshness: { state: "live" } };
        const error = new HeddleError('pods "b" not found', { code: "HEDDLE_CLUSTER_NOT_FOUND" });
        yield { cluster: east, ok: false, error, value: { resource: podResource, json } };
        yield { cluster: east, ok: false, error };
      },
    });
    const text = await (await post("/api/reader/list", { kind: "pods", clusters: ["east"] })).text();
    const answers = linesOf(text).map((line) => answerFromWire(line as JsonValue, objectListFromWire));
    const names = answers.map(({ ok, value }) => [ok, value?.objects.map(({ metadata }) => metadata.name)]);
    assert.deepEqual(names, [
      [true, ["a"]],
      [false, ["a"]],
      [false, undefined],
    ]);
    assert.deepEqual(answers[0]?.value?.resource, podResource);
  });

  it("asks all clusters where none is named, and none where the list is empty", async (t) => {
    const { post } = await openServer(t, {
      reader: quietReader([infoOf("east"), infoOf("west")]),
      async *listText({ clusters }) {
        for (const cluster of clusters) yield { cluster, ok: false, error: new UsageError("asked") };
      },
    });
    const asked = async (question: object): Promise<readonly unknown[]> =>
      linesOf(await (await post("/api/reader/list", question)).text()).map(
        (line) => (line as { cluster: unknown }).cluster,
      );
    assert.deepEqual(await asked({ kind: "pods" }), ["east", "west"]);
    assert.deepEqual(await asked({ kind: "pods", clusters: [] }), []);
  });

  it("tells relations with why they are, and ends that are not there as missing", async (t) => {
    const store = filledStore(east, 1);
    const lost = podOf("lost", { spec: { nodeName: "node-9", containers: [] } });
    store.apply(east, podResource, [{ type: "created", object: lost }]);
    const { post } = await openServer(t, { store });
    const told = async (name: string): Promise<readonly unknown[]> => {
      const answer = await post("/api/relations", {
        cluster: "east",
        kind: "pods",
        namespace: "default",
        name,
        types: ["runs_on"],
      });
      const { relations } = (await answer.json()) as {
        relations: { because: string; to: { id: string; missing: boolean } }[];
      };
      return relations.map(({ because, to }) => [because, to.id, to.missing]);
    };
    assert.deepEqual(await told("pod-0"), [['spec.nodeName names Node "node-1"', "east/core/Node/node-1", false]]);
    const node = await post("/api/relations", { cluster: "east", kind: "node", namespace: "default", name: "node-9" });
    const { root, relations } = (await node.json()) as {
      root: object;
      relations: readonly { from: { name: string } }[];
    };
    assert.partialDeepStrictEqual(root, { id: "east/core/Node/node-9", missing: true });
    assert.deepEqual(
      relations.map(({ from }) => from.name),
      ["lost"],
    );
    const none = await post("/api/relations", { cluster: "east", kind: "node", name: "node-10" });
    assert.equal(await refusalOf(none), "404 HEDDLE_CLUSTER_NOT_FOUND");
    assert.deepEqual(await told("lost"), [['spec.nodeName names Node "node-9"', "east/core/Node/node-9", true]]);
  });

  it("stops work that nobody waits for any more", async (t) => {
    let stopped = false;
    const reader = quietReader([], {
      async *watch(_query, signal) {
        yield { cluster: east, ok: false, error: new UsageError("first") };
        await once(signal, "abort");
        stopped = true;
      },
    });
    const { post } = await openServer(t, { reader });
    const controller = new AbortController();
    const answer = await post("/api/reader/watch", { kind: "pods", clusters: ["east"] }, { signal: controller.signal });
    assert.equal(answer.status, 200);
    controller.abort();
    await until("the reader to be stopped", () => stopped);
  });

  it("does not let half an answer pass for a whole one", async (t) => {
    const { post } = await openServer(t, {
      async *listText() {
        yield { cluster: east, ok: false, error: new UsageError("first") };
        throw new Error("midway");
      },
    });
    const answer = await post("/api/reader/list", { kind: "pods", clusters: ["east"] });
    await assert.rejects(answer.text());
  });

  it("writes no faster than its client reads", async (t) => {
    let given = 0;
    const line = { cluster: east, ok: false as const, error: new UsageError("x".repeat(10_000)) };
    const reader = quietReader([], {
      async *watch(_query, signal) {
        for (; !signal.aborted; given++) {
          yield line;
          if (given % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
        }
      },
    });
    const { address, token } = await openServer(t, { reader });
    const { hostname, port } = new URL(address);
    const body = JSON.stringify({ kind: "pods", clusters: [] });
    const socket = connect(Number(port), hostname).pause();
    t.after(() => socket.destroy());
    socket.write(
      `POST /api/reader/watch HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    await until("the socket to be full", async () => {
      const before = given;
      await new Promise((resolve) => setTimeout(resolve, 200));
      return before > 0 && given === before;
    });
    assert.ok(given < 5_000, `${given} lines of 10 kB were made for a client that reads nothing`);
  });

  it("ends what would go on for ever, with a watch in good order and a list broken off", async (t) => {
    const waiting = async function* (_query: unknown, signal: AbortSignal) {
      yield { cluster: east, ok: false as const, error: new UsageError("first") };
      await once(signal, "abort");
      signal.throwIfAborted();
    };
    const opened = await openServer(t, { listText: waiting, reader: quietReader([], { watch: waiting }) });
    const question = { kind: "pods", clusters: [] };
    const watch = await opened.post("/api/reader/watch", question);
    const list = await opened.post("/api/reader/list", question);
    const outcome = Promise.allSettled([watch.text(), list.text()]);
    await opened[Symbol.asyncDispose]();
    assert.deepEqual(
      (await outcome).map(({ status }) => status),
      ["fulfilled", "rejected"],
    );
    await assert.rejects(fetch(`${opened.address}/healthz`));
  });

  it("adds and removes clusters, and tells what is wrong with an entry", async (t) => {
    const removed: string[] = [];
    const { post, get, address } = await openServer(t, {
      addCluster: async (entry) => {
        if (entry["id"] === "bad") throw new UsageError("entry: no kubeconfig", { code: "HEDDLE_CONFIG_INVALID" });
        return { ...infoOf(String(entry["id"])), notes: ["kept"] };
      },
      async removeCluster(id) {
        removed.push(id);
        return { notes: [] };
      },
    });
    const added = await post("/api/clusters", { cluster: { id: "west" } });
    assert.deepEqual([added.status, await added.json()], [201, { ...infoOf("west"), notes: ["kept"] }]);
    assert.equal(await refusalOf(await post("/api/clusters", { cluster: { id: "bad" } })), "400 HEDDLE_CONFIG_INVALID");
    assert.equal(await refusalOf(await post("/api/clusters", {})), "400 HEDDLE_SERVER_QUESTION_INVALID");
    assert.equal((await get("/api/clusters/a%20b", { method: "DELETE" })).status, 200);
    assert.deepEqual(removed, ["a b"]);
    assert.equal(
      await refusalOf(await fetch(`${address}/api/clusters/x`, { method: "DELETE" })),
      "401 HEDDLE_SERVER_TOKEN_MISSING",
    );
    const [row] = (await (await get("/api/clusters")).json()) as { info: unknown; objects: number }[];
    assert.deepEqual([row?.info, row?.objects], [infoOf("east"), 0]);
  });
});

describe("listening", () => {
  it("is refused on other addresses than loopback, with the reason", async (t) => {
    for (const listen of ["0.0.0.0:0", "[::]:0", "192.0.2.1:0", "heddle.example:0"])
      await assert.rejects(
        openServer(t, quietDeps(), { listen }),
        (error) => isHeddleError(error, "HEDDLE_SERVER_ADDRESS_REFUSED") && /later version/.test(error.message),
      );
  });

  it("tells that a port is taken, naming --listen", async (t) => {
    const { address } = await openServer(t);
    await assert.rejects(
      openServer(t, {}, { listen: address }),
      (error) => isHeddleError(error, "HEDDLE_SERVER_PORT_TAKEN") && error.message.startsWith("--listen "),
    );
  });
});
