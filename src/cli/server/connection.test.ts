import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import { type AddressInfo } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { createSeededRandom, HeddleError, isHeddleError, systemClock } from "../../base/index.ts";
import { type ClusterId, type ClusterInfo, type KubeObject } from "../../model/index.ts";
import { createServerApi } from "./api.ts";
import { connectToServer, type ServerConnection } from "./connection.ts";
import { createServerReader } from "./reader.ts";

const { signal } = new AbortController();
const random = createSeededRandom(1);

/** A server that answers as told, and a connection to it. */
async function connected(t: TestContext, listener: RequestListener): Promise<ServerConnection> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  const connection = connectToServer({ address: `http://127.0.0.1:${port}`, token: "let-me-in" }, systemClock);
  t.after(() => {
    connection[Symbol.dispose]();
    server.closeAllConnections();
    server.close();
  });
  return connection;
}

const info = (id: string): ClusterInfo => ({ id: id as ClusterId, name: id, server: "https://x" });
const clusters = [info("east"), info("west")];
const ids = clusters.map(({ id }) => id);
const resource = {
  group: "",
  version: "v1",
  kind: "Pod",
  plural: "pods",
  singular: "pod",
  namespaced: true,
  verbs: [],
  shortNames: [],
  categories: [],
  subresources: [],
};
const pod = (name: string, resourceVersion = "1"): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, uid: name, resourceVersion },
});
const listed = (cluster: string, more: object): string =>
  `${JSON.stringify({ cluster, ok: true, freshness: { state: "live" }, value: { resource, ...more } })}\n`;

describe("a connection to a server", () => {
  it("shows the token, asks in JSON and keeps the connection", async (t) => {
    const seen: unknown[] = [];
    const connection = await connected(t, async (request, response) => {
      const { authorization, "content-type": type } = request.headers;
      seen.push([request.method, request.url, authorization, type, request.socket.remotePort]);
      response.end('{"ok":1}');
    });
    assert.deepEqual(await connection.json({ path: "/api/status", signal }), { ok: 1 });
    await connection.json({ path: "/api/clusters", body: { a: 1 }, signal });
    const port = (seen[0] as unknown[])[4];
    assert.deepEqual(seen, [
      ["GET", "/api/status", "Bearer let-me-in", undefined, port],
      ["POST", "/api/clusters", "Bearer let-me-in", "application/json", port],
    ]);
  });

  it("fails with the server's own error", async (t) => {
    const connection = await connected(t, (_, response) => {
      response.statusCode = 403;
      response.end('{"error":{"code":"HEDDLE_SERVER_MUTATIONS_DISABLED","message":"no","retryable":false}}');
    });
    await assert.rejects(connection.json({ path: "/", signal }), (error) =>
      isHeddleError(error, "HEDDLE_SERVER_MUTATIONS_DISABLED"),
    );
  });

  it("asks again with the token of a server that was started anew, and gives up when there is no other", async (t) => {
    const shown: unknown[] = [];
    const first = await connected(t, (request, response) => {
      shown.push(request.headers.authorization);
      response.statusCode = request.headers.authorization === "Bearer new" ? 200 : 401;
      response.end('{"error":{"code":"HEDDLE_SERVER_TOKEN_WRONG","message":"no","retryable":false}}');
    });
    const renewed = async (token: string | undefined): Promise<string> => {
      using connection = connectToServer(
        { address: first.address, token: "old", renew: async () => token },
        systemClock,
      );
      return await connection.json({ path: "/", signal }).then(
        () => "answered",
        (error: HeddleError) => error.code,
      );
    };
    assert.equal(await renewed("new"), "answered");
    assert.equal(await renewed("old"), "HEDDLE_SERVER_TOKEN_WRONG");
    assert.equal(await renewed(undefined), "HEDDLE_SERVER_TOKEN_WRONG");
    assert.deepEqual(shown, ["Bearer old", "Bearer new", "Bearer old", "Bearer old"]);
  });

  it("says so when what answers is no Heddle server, quoting nothing", async (t) => {
    const connection = await connected(t, (request, response) => {
      response.statusCode = request.url === "/found" ? 200 : 404;
      response.end("<html>secret</html>");
    });
    for (const path of ["/found", "/missing"])
      await assert.rejects(
        connection.json({ path, signal }),
        (error) => isHeddleError(error, "HEDDLE_WIRE_INVALID") && !error.message.includes("secret"),
      );
  });

  it("says so when nobody listens, and when it is not answered in time", async (t) => {
    const connection = await connected(t, () => {});
    await assert.rejects(
      connection.json({ path: "/", patienceMs: 20, signal }),
      (error) => isHeddleError(error, "HEDDLE_SERVER_UNREACHABLE") && error.retryable,
    );
    using nobody = connectToServer({ address: "http://127.0.0.1:1", token: "" }, systemClock);
    await assert.rejects(nobody.json({ path: "/", signal }), /no Heddle server listens at http:\/\/127\.0\.0\.1:1/);
  });

  it("ends with the signal's reason", async (t) => {
    const connection = await connected(t, (_, response) => void response.write("{"));
    const reason = new Error("enough");
    const stop = new AbortController();
    const asked = connection.json({ path: "/", signal: stop.signal });
    setImmediate(() => stop.abort(reason));
    await assert.rejects(asked, (error) => error === reason);
  });
});

describe("the server's reader", () => {
  it("gives one failure for each cluster that had not answered when the connection broke", async (t) => {
    let cut = (): void => {};
    const connection = await connected(t, (_, response) => {
      response.write(listed("east", { objects: [pod("a")] }));
      cut = () => void response.destroy();
    });
    const reader = createServerReader({ connection, clock: systemClock, random }, clusters);
    const answers = [];
    for await (const answer of reader.list({ kind: "pods", clusters: ids }, signal)) {
      answers.push(answer);
      cut();
    }
    assert.deepEqual(
      answers.map((answer) => [answer.cluster, answer.ok, answer.ok || answer.error.code]),
      [
        ["east", true, true],
        ["west", false, "HEDDLE_SERVER_UNREACHABLE"],
      ],
    );
  });

  it("tells a refused question as each cluster's answer, and health as unknown", async (t) => {
    const connection = await connected(t, (_, response) => {
      response.statusCode = 400;
      response.end('{"error":{"code":"HEDDLE_SELECTOR_INVALID","message":"bad","retryable":false,"usage":true}}');
    });
    const reader = createServerReader({ connection, clock: systemClock, random }, clusters);
    const answers = await Array.fromAsync(reader.list({ kind: "pods", clusters: ids, labelSelector: "((" }, signal));
    assert.deepEqual(
      answers.map((answer) => !answer.ok && answer.error.code),
      ["HEDDLE_SELECTOR_INVALID", "HEDDLE_SELECTOR_INVALID"],
    );
    const summaries = await Array.fromAsync(reader.summaries(ids, signal));
    assert.deepEqual(
      summaries.map(({ health }) => [health.state, health.reason]),
      [
        ["Unknown", "bad"],
        ["Unknown", "bad"],
      ],
    );
  });

  it("goes on with a watch when the server is back, telling only what changed meanwhile", async (t) => {
    let asked = 0;
    let cut = (): void => {};
    const connection = await connected(t, (_, response) => {
      asked += 1;
      if (asked === 1) {
        response.write(listed("east", { initial: true, deleted: [], objects: [pod("a"), pod("b"), pod("c")] }));
        response.write(listed("east", { initial: false, deleted: [pod("c")], objects: [] }));
        cut = () => void response.destroy();
      } else
        response.write(listed("east", { initial: true, deleted: [], objects: [pod("b"), pod("a", "2"), pod("d")] }));
    });
    const reader = createServerReader({ connection, clock: systemClock, random }, clusters);
    const stop = new AbortController();
    const told: unknown[] = [];
    const names = (objects: readonly KubeObject[]) => objects.map(({ metadata }) => metadata.name);
    for await (const answer of reader.watch({ kind: "pods", clusters: [info("east").id] }, stop.signal)) {
      if (!answer.ok) told.push(answer.error.code);
      else {
        const { initial, objects, deleted } = answer.value;
        told.push([initial, names(objects), names(deleted)]);
      }
      if (told.length === 2) cut();
      if (told.length === 4) break;
    }
    assert.deepEqual(told, [
      [true, ["a", "b", "c"], []],
      [false, [], ["c"]],
      "HEDDLE_SERVER_UNREACHABLE",
      [false, ["a", "d"], []],
    ]);
  });
});

describe("following changes", () => {
  const event = (sequence: number): string => `id: ${sequence}\nevent: change\ndata: {"sequence":"${sequence}"}\n\n`;

  it("goes on behind the last one that was seen, and tells what is lost", async (t) => {
    const from: unknown[] = [];
    let cut = (): void => {};
    const connection = await connected(t, (request, response) => {
      from.push(request.headers["last-event-id"]);
      response.write(from.length === 1 ? `: hello\n\n${event(3)}${event(4)}` : `${reset}${event(9)}`);
      if (from.length === 1) cut = () => void response.destroy();
    });
    const reset = 'id: 8\nevent: reset\ndata: {"from":5,"to":8}\n\n';
    const api = createServerApi({ connection, clock: systemClock, random });
    const told: unknown[] = [];
    for await (const delivery of api.changes({ namespace: "web" }, signal)) {
      told.push(delivery.type === "event" ? delivery.sequence : delivery.type);
      if (delivery.type === "missed") assert.deepEqual([delivery.from, delivery.to], ["5", "8"]);
      if (told.length === 2) cut();
      if (told.length === 5) break;
    }
    assert.deepEqual(
      [told, from],
      [
        ["3", "4", "lost", "missed", "9"],
        [undefined, "4"],
      ],
    );
  });

  it("fails at once with what the server refuses", async (t) => {
    const connection = await connected(t, (_, response) => {
      response.statusCode = 400;
      response.end('{"error":{"code":"HEDDLE_SERVER_QUESTION_INVALID","message":"no such kind","retryable":false}}');
    });
    const api = createServerApi({ connection, clock: systemClock, random });
    await assert.rejects(Array.fromAsync(api.changes({}, signal)), HeddleError);
  });
});
