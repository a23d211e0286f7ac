import assert from "node:assert/strict";
import { type ServerHttp2Stream } from "node:http2";
import { before, describe, it } from "node:test";
import { type Authority, createAuthority } from "../../../test/kube/certificate.ts";
import { type ApiClient, type ApiStream } from "../api-client.ts";
import { startForwarder } from "./testing/forwarder.ts";
import { silentLogger } from "../../base/index.ts";
import { eventually, testClient, type TestClientOptions } from "./testing/client.ts";
import { type Handler, type LocalServer, type LocalServerOptions, startLocalServer } from "./testing/local-server.ts";

const megabyte = Buffer.alloc(1024 * 1024, "x");

describe("the client over HTTP/2", () => {
  let authority: Authority;
  before(() => (authority = createAuthority("test")));

  /** A server and a client of it, both gone at the end of the test. */
  async function pair(
    t: { after(fn: () => Promise<void>): void },
    handler: Handler,
    { log, ...settings }: Partial<LocalServerOptions> & Pick<TestClientOptions, "log"> = {},
  ): Promise<Readonly<{ server: LocalServer; api: ApiClient }>> {
    const keys = authority.issue({ commonName: "server", hosts: ["127.0.0.1"] });
    const server = await startLocalServer({ keys, handler, ...settings });
    const api = testClient(server.url, { tls: { ca: authority.cert }, ...(log && { log }) });
    t.after(async () => {
      await api[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    });
    return { server, api };
  }

  it("offers HTTP/2 first and sends the credential, the user agent and each impersonated group on its own line", async (t) => {
    const keys = authority.issue({ commonName: "server", hosts: ["127.0.0.1"] });
    await using server = await startLocalServer({
      keys,
      handler: (request, response) =>
        void response.end(JSON.stringify({ version: request.httpVersion, raw: request.rawHeaders })),
    });
    await using api = testClient(server.url, {
      tls: { ca: authority.cert },
      impersonate: { user: "ann", uid: "7", groups: ["dev", "ops", "all"], extra: { "example.org/Scope": ["a", "b"] } },
    });
    const { version, raw } = (await api.json({ path: "/x" })) as unknown as { version: string; raw: readonly string[] };
    assert.equal(version, "2.0");
    const valuesOf = (name: string): readonly string[] =>
      raw.filter((_, index) => raw[index - 1] === name && index % 2 === 1);
    assert.deepEqual(valuesOf("authorization"), ["Bearer secret-token"]);
    assert.deepEqual(valuesOf("user-agent"), ["heddle/test"]);
    assert.deepEqual(valuesOf("impersonate-user"), ["ann"]);
    assert.deepEqual(valuesOf("impersonate-uid"), ["7"]);
    assert.deepEqual(valuesOf("impersonate-group"), ["dev", "ops", "all"]);
    assert.deepEqual(valuesOf("impersonate-extra-example.org%2fscope"), ["a", "b"]);
    t.diagnostic(`${raw.length / 2} headers`);
  });

  it("keeps 250 watches open on three connections of their own, and requests go on beside them", async (t) => {
    const { server, api } = await pair(t, (request, response) => {
      if (request.url.includes("watch")) response.write("{}\n");
      else response.end("{}");
    });
    const watches = await Promise.all(
      Array.from({ length: 250 }, (_, index) => api.stream({ path: `/watch/${index}`, watch: true })),
    );
    for (const watch of watches) assert.equal(await firstText(watch), "{}\n");
    assert.equal(server.sessions.size, 3);
    assert.deepEqual(await api.json({ path: "/x" }), {});
    assert.equal(server.sessions.size, 4);
  });

  it("opens further connections where a server allows ten streams on one, and starves nobody", async (t) => {
    const told: string[] = [];
    const log = { ...silentLogger, debug: (_fields: object, message: string) => void told.push(message) };
    const { server, api } = await pair(t, (_request, response) => void response.write("{}\n"), {
      settings: { maxConcurrentStreams: 10 },
      log,
    });
    const watches = await Promise.all(
      Array.from({ length: 45 }, (_, index) => api.stream({ path: `/${index}`, watch: true })),
    );
    for (const watch of watches) assert.equal(await firstText(watch), "{}\n");
    assert.ok(server.sessions.size >= 5 && server.sessions.size <= 6, `${server.sessions.size} connections`);
    // None was opened before the server had told its limit, and refused for it.
    assert.deepEqual(told, []);
  });

  it("lets other streams of the connection pass one that nobody reads", async (t) => {
    let written = 0;
    const { server, api } = await pair(t, (request, response) => {
      if (request.url === "/small") return void response.end("{}");
      const more = (): void => {
        while (written < 100) {
          written += 1;
          if (!response.write(megabyte)) return void response.once("drain", more);
        }
        response.end();
      };
      more();
    });
    await using unread = await api.stream({ path: "/big" });
    await eventually("the server is told to wait", () => written > 2);
    for (let i = 0; i < 20; i++) assert.deepEqual(await api.json({ path: "/small" }), {});
    assert.equal(server.sessions.size, 1);
    assert.ok(written < 30, `${written} MiB were taken from the server for a reader that reads nothing`);
    let bytes = 0;
    for await (const chunk of unread.body) bytes += chunk.length;
    assert.equal(bytes, 100 * megabyte.length);
  });

  it("moves on to a new connection after GOAWAY, and finishes the list that was under way", async (t) => {
    const held: (() => void)[] = [];
    const { server, api } = await pair(t, (request, response) => {
      if (request.url !== "/list") return void response.end('{"new":true}');
      response.write('{"items":[');
      held.push(() => void response.end("]}"));
    });
    const list = api.json({ path: "/list" });
    await eventually("the list has begun", () => held.length === 1);
    const [first] = server.sessions;
    first?.goaway(0);
    assert.deepEqual(await api.json({ path: "/other" }), { new: true });
    for (const finish of held) finish();
    assert.deepEqual(await list, { items: [] });
  });

  it("sends a POST again that a GOAWAY left unprocessed, and never one that was processed", async (t) => {
    let refusals = 1;
    const { server, api } = await pair(t, (request, response) => {
      if (request.method === "GET" || refusals === 0) return void response.end('{"created":true}');
      refusals -= 1;
      const { session, id = 0 } = request.stream;
      // Up to the stream before this one.
      session?.goaway(0, request.url === "/unprocessed" ? id - 2 : id);
      if (request.url === "/processed") session?.destroy();
    });
    await api.json({ path: "/first" });
    assert.deepEqual(await api.json({ method: "POST", path: "/unprocessed", body: {} }), { created: true });
    refusals = 1;
    const processed = api.json({ method: "POST", path: "/processed", body: {} });
    await assert.rejects(processed, { code: "HEDDLE_CLUSTER_UNREACHABLE", retryable: true });
    assert.deepEqual(
      server.requests.filter((request) => request.startsWith("POST")),
      ["POST /unprocessed", "POST /unprocessed", "POST /processed"],
    );
  });

  it("goes on pinging a connection that had its GOAWAY, whose watches may last", async () => {
    const keys = authority.issue({ commonName: "server", hosts: ["127.0.0.1"] });
    await using server = await startLocalServer({ keys, handler: (_request, response) => void response.write("{}\n") });
    await using forwarder = await startForwarder(server.port);
    await using api = testClient(`https://127.0.0.1:${forwarder.port}`, {
      tls: { ca: authority.cert },
      pingIntervalMs: 50,
    });
    const watch = await api.stream({ path: "/watch", watch: true });
    const chunks = watch.body[Symbol.asyncIterator]();
    await chunks.next();
    let asked = 0;
    for (const session of server.sessions) {
      session.on("remoteSettings", () => (asked += 1));
      session.goaway(0);
    }
    const next = chunks.next();
    let over = false;
    void next.catch(() => (over = true));
    await eventually("the server is asked again and again whether it lives", () => asked > 5 || over);
    assert.ok(!over, "an idle watch of a living server was cut");
    forwarder.silence();
    await assert.rejects(next, /nothing came from the server/);
  });

  it("tells a watch whose connection is torn down, with a retryable error", async (t) => {
    const { server, api } = await pair(t, (_request, response) => void response.write("{}\n"));
    const watch = await api.stream({ path: "/watch", watch: true });
    const chunks = watch.body[Symbol.asyncIterator]();
    await chunks.next();
    const next = chunks.next();
    for (const session of server.sessions) session.goaway(2);
    for (const connection of server.connections) connection.destroy();
    await assert.rejects(next, { code: "HEDDLE_CLUSTER_UNREACHABLE", retryable: true });
  });

  it("sends again what was refused before it was processed (REFUSED_STREAM)", async (t) => {
    let refusals = 1;
    const { server, api } = await pair(t, (request, response) => {
      if (refusals > 0) {
        refusals -= 1;
        return request.stream.close(7);
      }
      response.end('{"created":true}');
    });
    assert.deepEqual(await api.json({ method: "POST", path: "/x", body: {} }), { created: true });
    assert.equal(server.requests.length, 2);
  });

  it("resets the stream, and keeps the connection, when a request is aborted or a reader leaves", async (t) => {
    const streams: ServerHttp2Stream[] = [];
    const { server, api } = await pair(t, (request, response) => {
      streams.push(request.stream);
      response.write("{}\n");
    });
    const controller = new AbortController();
    const pending = api.json({ path: "/slow", signal: controller.signal });
    await eventually("it has arrived", () => streams.length === 1);
    controller.abort(new Error("no longer wanted"));
    await assert.rejects(pending, /^Error: no longer wanted$/);

    const left = await api.stream({ path: "/left" });
    for await (const chunk of left.body) if (chunk.length > 0) break;
    const disposed = await api.stream({ path: "/disposed" });
    await disposed[Symbol.asyncDispose]();
    await eventually("the server knows", () => streams.length === 3 && streams.every((stream) => stream.closed));
    assert.equal(server.sessions.size, 1);
  });

  it("ends streams and requests with an error that says so when it is disposed", async (t) => {
    const { server, api } = await pair(t, (_request, response) => void response.write("{}\n"));
    const watch = await api.stream({ path: "/watch", watch: true });
    const chunks = watch.body[Symbol.asyncIterator]();
    await chunks.next();
    const [next, pending] = [chunks.next(), api.text({ path: "/slow" })];
    const closed = { code: "HEDDLE_CLUSTER_CLOSED", message: `the client of ${server.url} was closed` };
    const told = Promise.all([assert.rejects(next, closed), assert.rejects(pending, closed)]);
    await eventually("both are under way", () => server.requests.length === 2);
    await api[Symbol.asyncDispose]();
    await told;
    await assert.rejects(api.text({ path: "/late" }), closed);
    await eventually("the connections are gone", () => server.connections.size === 0);
  });
});

async function firstText({ body }: ApiStream): Promise<string> {
  const { value } = await body[Symbol.asyncIterator]().next();
  return Buffer.from(value ?? []).toString();
}
