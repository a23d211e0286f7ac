import assert from "node:assert/strict";
import { type IncomingMessage } from "node:http";
import { describe, it } from "node:test";
import { type Duplex } from "node:stream";
import { createAuthority } from "../../../test/kube/certificate.ts";
import { type ApiClient } from "../api-client.ts";
import { eventually, testClient, type TestClientOptions } from "./testing/client.ts";
import { startForwarder } from "./testing/forwarder.ts";
import { startHttpProxy } from "./testing/local-proxy.ts";
import { type LocalServer, startLocalServer } from "./testing/local-server.ts";
import {
  type AcceptOptions,
  acceptWebSocket,
  type Frame,
  type LocalWebSocket,
  opcodes,
} from "./testing/local-web-socket.ts";

const authority = createAuthority("test");
const keys = authority.issue({ commonName: "server", hosts: ["127.0.0.1"] });
const tls = { ca: authority.cert };
const protocols = ["v5.channel.k8s.io", "v4.channel.k8s.io"];

type Pair = Readonly<{ server: LocalServer; api: ApiClient; accepted: readonly LocalWebSocket[] }>;
type Upgrade = (request: IncomingMessage, socket: Duplex) => void;

async function pair(
  t: { after(fn: () => Promise<void>): void },
  settings: TestClientOptions & Readonly<{ accept?: AcceptOptions; onUpgrade?: Upgrade }> = {},
): Promise<Pair> {
  const { accept, onUpgrade, ...options } = settings;
  const accepted: LocalWebSocket[] = [];
  const server = await startLocalServer({
    keys,
    handler: (_request, response) => void response.end("{}"),
    onUpgrade:
      onUpgrade ??
      ((request, socket) =>
        accepted.push(acceptWebSocket(request, socket, { protocol: "v5.channel.k8s.io", ...accept }))),
    http1Only: true,
  });
  const api = testClient(server.url, { tls, ...options });
  t.after(async () => {
    await api[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });
  return { server, api, accepted };
}

const refuse =
  (status: number, body: string, headers = ""): Upgrade =>
  (_request, socket) =>
    void socket.end(
      `HTTP/1.1 ${status} Refused\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );

async function textsOf(messages: AsyncIterable<Uint8Array>): Promise<string[]> {
  const texts: string[] = [];
  for await (const message of messages) texts.push(Buffer.from(message).toString());
  return texts;
}

describe("a WebSocket to the API server", () => {
  it("opens with the credential, each impersonated group and the subprotocols", async (t) => {
    const requests: IncomingMessage[] = [];
    const { api } = await pair(t, {
      impersonate: { user: "ann", groups: ["dev", "ops"], extra: {} },
      onUpgrade(request, socket) {
        requests.push(request);
        acceptWebSocket(request, socket, { protocol: "v4.channel.k8s.io" });
      },
    });
    await using socket = await api.socket({ path: "/exec", query: { command: ["a", "b c"] }, protocols });
    assert.equal(socket.protocol, "v4.channel.k8s.io");
    const [request] = requests;
    assert.equal(request?.url, "/exec?command=a&command=b+c");
    assert.equal(request?.headers.authorization, "Bearer secret-token");
    assert.equal(request?.headers["sec-websocket-protocol"], protocols.join(", "));
    const raw = request?.rawHeaders ?? [];
    const groups = raw.filter((_, index) => index % 2 === 1 && raw[index - 1]?.toLowerCase() === "impersonate-group");
    assert.deepEqual(groups, ["dev", "ops"]);
  });

  it("carries messages in order both ways, until the server closes", async (t) => {
    const { api, accepted } = await pair(t);
    await using socket = await api.socket({ path: "/exec", protocols });
    const [far] = accepted;
    far?.send("1");
    far?.send("two", opcodes.text);
    far?.send(Buffer.alloc(100_000, "3"));
    for (const message of ["x", "y"]) await socket.send(Buffer.from(message));
    const messages = (): readonly Frame[] => (far?.frames ?? []).filter(({ opcode }) => opcode !== opcodes.ping);
    await eventually("both came", () => messages().length === 2);
    assert.deepEqual(
      messages().map(({ opcode, payload }) => [opcode, payload.toString()]),
      [
        [opcodes.binary, "x"],
        [opcodes.binary, "y"],
      ],
    );
    far?.close(1000);
    assert.deepEqual(await textsOf(socket.messages), ["1", "two", "3".repeat(100_000)]);
    await assert.rejects(socket.send(Buffer.of(1)), { code: "HEDDLE_CLUSTER_UNREACHABLE" });
  });

  it("throws at the end of what was received when the connection breaks, or the server closes with an error", async (t) => {
    const { api, accepted } = await pair(t);
    for (const [end, message] of [
      [(far: LocalWebSocket) => void far.socket.destroy(), /the connection broke/],
      [(far: LocalWebSocket) => far.close(1011, "backend gone"), /closed it with code 1011: backend gone/],
    ] as const) {
      await using socket = await api.socket({ path: "/exec", protocols });
      const far = accepted.at(-1);
      assert.ok(far);
      far.send("last words");
      const received: string[] = [];
      const reading = (async () => {
        for await (const message of socket.messages) received.push(Buffer.from(message).toString());
      })();
      await eventually("the words are read", () => received.length === 1);
      end(far);
      await assert.rejects(reading, { code: "HEDDLE_CLUSTER_UNREACHABLE", message });
    }
  });

  it("stops reading from a server that nobody listens to, and loses nothing", async (t) => {
    // Nor does it take its own silence for the server's.
    const { api, accepted } = await pair(t, { pingIntervalMs: 50 });
    await using socket = await api.socket({ path: "/exec", protocols });
    const [far] = accepted;
    const message = Buffer.alloc(64 * 1024, "x");
    let sent = 0;
    const fill = (): void => {
      while (sent < 800) {
        sent += 1;
        if (!far?.send(message)) return void far?.socket.once("drain", fill);
      }
      far?.close(1000);
    };
    fill();
    // What fits into the buffers of two sockets and ours; without back-pressure all 50 MiB.
    let polls = 0;
    let sentUnread = 0;
    await eventually("the server waits for good", () => {
      polls = sent === sentUnread ? polls + 1 : 0;
      sentUnread = sent;
      return polls > 40;
    });
    let bytes = 0;
    for await (const chunk of socket.messages) bytes += chunk.length;
    assert.equal(bytes, 800 * message.length);
    assert.ok(sentUnread < 400, `${sentUnread} messages were taken unread`);
  });

  it("makes its sender wait for a server that does not read", async (t) => {
    const { api } = await pair(t, {
      onUpgrade(request, socket) {
        acceptWebSocket(request, socket, { protocol: "v5.channel.k8s.io" });
        socket.pause();
      },
    });
    await using socket = await api.socket({ path: "/exec", protocols });
    let sent = 0;
    const message = new Uint8Array(1024 * 1024);
    const sending = (async () => {
      for (; sent < 100; sent++) await socket.send(message);
    })();
    const stopped = sending.then(
      () => "all were sent",
      () => "it was stopped",
    );
    await eventually("the buffers are full", () => sent > 0);
    assert.ok(sent < 100);
    await socket[Symbol.asyncDispose]();
    assert.equal(await stopped, "it was stopped");
  });

  it("gives the API's Status when it is refused", async (t) => {
    const status = { kind: "Status", code: 403, reason: "Forbidden", message: 'pods "web" is forbidden' };
    const { api, server } = await pair(t, { onUpgrade: refuse(403, JSON.stringify(status)) });
    await assert.rejects(api.socket({ path: "/exec", protocols }), {
      code: "HEDDLE_CLUSTER_FORBIDDEN",
      message: `GET ${server.url}/exec: pods "web" is forbidden (Forbidden)`,
      details: { httpStatus: 403, status },
    });
    assert.equal(server.requests.length, 1);
  });

  it("renews the credential after 401, and waits as 429 asks, but opens nothing twice that may have begun", async (t) => {
    const answers = [refuse(401, ""), refuse(429, "", "Retry-After: 0\r\n")];
    const renewed = await pair(t, {
      credentials: [{ token: "old" }, { token: "new" }],
      onUpgrade(request, socket) {
        const answer = answers.shift();
        if (answer) return answer(request, socket);
        assert.equal(request.headers.authorization, "Bearer new");
        acceptWebSocket(request, socket, { protocol: "v5.channel.k8s.io" });
      },
    });
    await using socket = await renewed.api.socket({ path: "/exec", protocols });
    assert.equal(socket.protocol, "v5.channel.k8s.io");
    const broken = await pair(t, { onUpgrade: (_request, socket) => void socket.destroy() });
    await assert.rejects(broken.api.socket({ path: "/exec", protocols }), { code: "HEDDLE_CLUSTER_UNREACHABLE" });
    assert.equal(broken.server.requests.length, 1);
  });

  it("tells a handshake that is none", async (t) => {
    const noProtocol = await pair(t, { onUpgrade: (request, socket) => void acceptWebSocket(request, socket) });
    await assert.rejects(noProtocol.api.socket({ path: "/exec", protocols }), {
      code: "HEDDLE_CLUSTER_PROTOCOL",
      message: /no WebSocket that speaks v5\.channel\.k8s\.io or v4\.channel\.k8s\.io/,
    });
    const { api } = await pair(t, { onUpgrade: refuse(200, "hello") });
    await assert.rejects(api.socket({ path: "/exec", protocols }), {
      code: "HEDDLE_CLUSTER_PROTOCOL",
      message: /HTTP 200: hello/,
    });
  });

  it("is closed by an abort, before and after it opened, with the signal's reason", async (t) => {
    const { api, accepted } = await pair(t);
    const early = new AbortController();
    const opening = api.socket({ path: "/exec", protocols, signal: early.signal });
    early.abort(new Error("too slow"));
    await assert.rejects(opening, /^Error: too slow$/);

    const late = new AbortController();
    const socket = await api.socket({ path: "/exec", protocols, signal: late.signal });
    const reading = textsOf(socket.messages);
    late.abort(new Error("enough"));
    await assert.rejects(reading, /^Error: enough$/);
    await eventually("the server knows", () => accepted.every((far) => far.socket.destroyed));
    await assert.rejects(socket.send(Buffer.of(1)), /^Error: enough$/);
  });

  it("is closed with its client, and by disposal even if the server does not answer", async (t) => {
    const { api, accepted } = await pair(t, {
      onUpgrade: (request, socket) => {
        acceptWebSocket(request, socket, { protocol: "v5.channel.k8s.io" });
        socket.removeAllListeners("data");
        socket.resume();
      },
    });
    const socket = await api.socket({ path: "/exec", protocols });
    await socket[Symbol.asyncDispose]();
    const open = await api.socket({ path: "/exec", protocols });
    const reading = textsOf(open.messages);
    await api[Symbol.asyncDispose]();
    await assert.rejects(reading, { code: "HEDDLE_CLUSTER_CLOSED" });
    assert.deepEqual(accepted, []);
  });

  it("is pinged, and given up when it is silently gone", async () => {
    let far: LocalWebSocket | undefined;
    await using server = await startLocalServer({
      keys,
      http1Only: true,
      handler: () => {},
      onUpgrade: (request, socket) => void (far = acceptWebSocket(request, socket, { protocol: "v5.channel.k8s.io" })),
    });
    await using forwarder = await startForwarder(server.port);
    await using api = testClient(`https://127.0.0.1:${forwarder.port}`, { tls, pingIntervalMs: 50 });
    await using socket = await api.socket({ path: "/exec", protocols });
    const reading = textsOf(socket.messages);
    let over = false;
    void reading.catch(() => (over = true));
    await eventually("it was pinged", () => (far?.frames.length ?? 0) > 5 || over);
    assert.ok(!over, "an idle socket of a living server was cut");
    forwarder.silence();
    await assert.rejects(reading, { code: "HEDDLE_CLUSTER_UNREACHABLE" });
  });

  it("goes through the cluster's proxy", async (t) => {
    const { server } = await pair(t);
    await using proxy = await startHttpProxy();
    await using api = testClient(server.url, { tls, proxyUrl: `http://127.0.0.1:${proxy.port}` });
    await using socket = await api.socket({ path: "/exec", protocols });
    assert.equal(socket.protocol, "v5.channel.k8s.io");
    assert.deepEqual(proxy.asked, [`127.0.0.1:${server.port}`]);
  });
});
