import assert from "node:assert/strict";
import { once } from "node:events";
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from "node:http2";
import { createServer, request as requestHttps } from "node:https";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { createAuthority } from "./certificate.ts";
import { type FaultProxy, type FaultProxyOptions, startFaultProxy } from "./fault-proxy.ts";
import { until } from "./until.ts";

/** Stands for the API server: /lines answers ten lines, /watch one line and then whatever `tell` is told. */
type Origin = AsyncDisposable & Readonly<{ options: FaultProxyOptions; tell(line: string): void; watches(): number }>;

async function startOrigin(): Promise<Origin> {
  const authority = createAuthority("origin");
  const watches = new Set<{ write(text: string): unknown }>();
  const server = createServer(authority.issue({ commonName: "origin", hosts: ["127.0.0.1"] }), (request, response) => {
    if (request.url?.startsWith("/watch")) {
      watches.add(response);
      response.once("close", () => watches.delete(response));
      response.writeHead(200);
      response.flushHeaders();
      return;
    }
    if (request.url === "/authorization") return void response.end(request.headers.authorization);
    const body = Array.from({ length: 10 }, (_, index) => `{"line":${index}}\n`).join("");
    response.writeHead(200, { "content-length": body.length }).end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    options: { server: url, ca: authority.cert },
    tell: (line) => watches.forEach((watch) => watch.write(`${line}\n`)),
    watches: () => watches.size,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

type Answer = Readonly<{ status: number; headers: Readonly<Record<string, unknown>>; body: string; error?: Error }>;

function open(
  session: ClientHttp2Session,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): ClientHttp2Stream {
  session.on("error", () => {});
  const stream = session.request({ ":path": path, ...headers });
  stream.setEncoding("utf8");
  stream.on("error", () => {});
  return stream;
}

/** The whole answer, or what came before the stream broke. */
async function ask(
  session: ClientHttp2Session,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const stream = open(session, path, headers);
  let body = "";
  let error: Error | undefined;
  let head: Record<string, unknown> = {};
  stream.on("response", (received) => (head = received));
  stream.on("data", (text: string) => (body += text));
  stream.on("error", (cause: Error) => (error = cause));
  await new Promise((resolve) => stream.once("close", resolve));
  return { status: Number(head[":status"]), headers: head, body, ...(error && { error }) };
}

/** Unlike `once`, does not mind the error that comes before. */
const closed = (session: ClientHttp2Session): Promise<void> =>
  new Promise((resolve) => session.once("close", () => resolve()));

async function withSession<T>(proxy: FaultProxy, use: (session: ClientHttp2Session) => Promise<T>): Promise<T> {
  const session = connect(proxy.server, { ca: proxy.ca });
  session.on("error", () => {});
  try {
    return await use(session);
  } finally {
    session.destroy();
  }
}

describe("the fault proxy", () => {
  let origin: Origin;
  let proxy: FaultProxy;
  before(async () => {
    origin = await startOrigin();
    proxy = await startFaultProxy(origin.options);
  });
  after(async () => {
    await proxy[Symbol.asyncDispose]();
    await origin[Symbol.asyncDispose]();
  });

  it("passes requests on unchanged over HTTP/2, the Authorization header too", async () => {
    await withSession(proxy, async (session) => {
      const lines = await ask(session, "/lines");
      assert.equal(session.alpnProtocol, "h2");
      assert.equal(lines.status, 200);
      assert.equal(lines.body.split("\n").length, 11);
      assert.equal((await ask(session, "/authorization", { authorization: "Bearer x" })).body, "Bearer x");
    });
  });

  it("answers 429 with Retry-After as often as it is told to, and then lets requests pass", async () => {
    const injected = proxy.inject({
      fault: { kind: "answer", status: 429, retryAfterSeconds: 3 },
      match: ({ path }) => path === "/lines",
      times: 2,
    });
    await withSession(proxy, async (session) => {
      const answers = [await ask(session, "/lines"), await ask(session, "/lines"), await ask(session, "/lines")];
      assert.deepEqual(
        answers.map(({ status }) => status),
        [429, 429, 200],
      );
      assert.equal(answers[0]?.headers["retry-after"], "3");
      assert.deepEqual(JSON.parse(answers[0]?.body ?? "").reason, "TooManyRequests");
      assert.equal(injected.hits(), 2);
    });
  });

  it("cuts a body off after the bytes it is told, by a reset", async () => {
    const injected = proxy.inject({ fault: { kind: "truncate", afterBytes: 25 } });
    const answer = await withSession(proxy, (session) => ask(session, "/lines"));
    injected.remove();
    assert.equal(answer.body.length, 25);
    assert.match(String(answer.error), /INTERNAL_ERROR/);
  });

  it("ends a body early as if it were whole, when told so", async () => {
    const injected = proxy.inject({ fault: { kind: "truncate", afterBytes: 25, ending: "end" } });
    const answer = await withSession(proxy, (session) => ask(session, "/lines"));
    injected.remove();
    assert.equal(answer.body.length, 25);
    assert.equal(answer.error, undefined);
  });

  it("puts a line that is no JSON between the lines of a stream", async () => {
    const injected = proxy.inject({ fault: { kind: "garbage", afterLines: 2, line: "{oops" } });
    const answer = await withSession(proxy, (session) => ask(session, "/lines"));
    injected.remove();
    assert.deepEqual(answer.body.split("\n").slice(0, 4), ['{"line":0}', '{"line":1}', "{oops", '{"line":2}']);
    assert.equal(answer.body.split("\n").length, 12);
  });

  it("lets a body stall and keeps the stream open", async () => {
    const injected = proxy.inject({ fault: { kind: "stall", afterBytes: 11 } });
    await withSession(proxy, async (session) => {
      const stream = open(session, "/lines");
      let body = "";
      stream.on("data", (text: string) => (body += text));
      await until("the bytes before the stall", () => body.length === 11);
      assert.equal(stream.closed, false);
      // Another stream of the same connection is not held up.
      injected.remove();
      assert.equal((await ask(session, "/lines")).status, 200);
      assert.equal(body.length, 11);
    });
  });

  it("says GOAWAY in the middle of a watch, which goes on", async () => {
    await withSession(proxy, async (session) => {
      const stream = open(session, "/watch");
      let body = "";
      stream.on("data", (text: string) => (body += text));
      await until("the watch", () => origin.watches() === 1);
      const said = once(session, "goaway");
      proxy.goAway();
      const [code] = await said;
      assert.equal(code, constants.NGHTTP2_NO_ERROR);
      origin.tell("after");
      await until("the line after GOAWAY", () => body === "after\n");
    });
    await until("the origin to hear that the client left", () => origin.watches() === 0);
  });

  it("resets every connection when it cuts, and accepts new ones", async () => {
    await withSession(proxy, async (session) => {
      const stream = open(session, "/watch");
      await once(stream, "response");
      const cut = closed(session);
      proxy.cut();
      await cut;
      assert.equal(session.destroyed, true);
    });
    await withSession(proxy, async (session) => assert.equal((await ask(session, "/lines")).status, 200));
  });

  it("swallows both directions when half open, and closes nothing", async () => {
    await withSession(proxy, async (session) => {
      const stream = open(session, "/watch");
      let body = "";
      stream.on("data", (text: string) => (body += text));
      await once(stream, "response");
      proxy.halfOpen();
      origin.tell("unheard");
      let ponged = false;
      session.ping(() => (ponged = true));
      proxy.restore();
      // A new connection works meanwhile, and shows that time enough passed for the old one to answer.
      await withSession(proxy, async (other) => assert.equal((await ask(other, "/lines")).status, 200));
      assert.equal(body, "");
      assert.equal(ponged, false);
      assert.equal(session.closed || session.destroyed, false);
    });
  });

  it("refuses connections while it is told to", async () => {
    proxy.refuse();
    await withSession(proxy, closed);
    proxy.restore();
    await withSession(proxy, async (session) => assert.equal((await ask(session, "/lines")).status, 200));
  });

  it("delays what it relays", async () => {
    await withSession(proxy, async (session) => {
      await ask(session, "/lines");
      proxy.delay(150);
      const startedMs = performance.now();
      await ask(session, "/lines");
      proxy.delay(0);
      assert.ok(performance.now() - startedMs >= 145);
    });
  });

  it("counts the requests that came", () => {
    const last = proxy.requests().at(-1);
    assert.equal(last?.path, "/lines");
    assert.equal(last?.httpVersion, "2.0");
  });
});

describe("the fault proxy as an HTTP/1.1-only one", () => {
  it("does not offer HTTP/2, streams a watch, and truncates by a reset", async (t) => {
    const origin = await startOrigin();
    t.after(() => origin[Symbol.asyncDispose]());
    const proxy = await startFaultProxy({ ...origin.options, http1Only: true });
    t.after(() => proxy[Symbol.asyncDispose]());
    assert.deepEqual(await get(proxy, "/lines"), { version: "1.1", length: 110, whole: true });
    proxy.inject({ fault: { kind: "truncate", afterBytes: 30 } });
    assert.deepEqual(await get(proxy, "/lines"), { version: "1.1", length: 30, whole: false });
  });
});

function get(proxy: FaultProxy, path: string): Promise<object> {
  return new Promise((resolve, reject) => {
    const call = requestHttps(`${proxy.server}${path}`, { ca: proxy.ca, agent: false }, (response) => {
      let length = 0;
      response.on("data", (chunk: Buffer) => (length += chunk.length));
      response.on("error", () => {});
      response.on("close", () => resolve({ version: response.httpVersion, length, whole: response.complete }));
    });
    call.on("error", reject);
    call.end();
  });
}
