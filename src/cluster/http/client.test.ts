import assert from "node:assert/strict";
import { createConnection, createServer } from "node:net";
import { once } from "node:events";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { createAuthority } from "../../../test/kube/certificate.ts";
import { type Clock, createManualClock, type HeddleError } from "../../base/index.ts";
import { type ApiClient } from "../api-client.ts";
import { eventually, testClient, type TestClientOptions } from "./testing/client.ts";
import { startForwarder } from "./testing/forwarder.ts";
import { type Handler, type LocalServer, startLocalServer } from "./testing/local-server.ts";

const authority = createAuthority("test");
const keys = authority.issue({ commonName: "server", hosts: ["127.0.0.1"] });
const tls = { ca: authority.cert };
const status = (code: number, reason: string): string =>
  JSON.stringify({ kind: "Status", code, reason, message: `it is ${reason}` });

/** Every promise of the client holds over either protocol. */
for (const protocol of ["HTTP/2", "HTTP/1.1"] as const) {
  describe(`the client over ${protocol}`, () => {
    async function pair(
      t: { after(fn: () => Promise<void>): void },
      handler: Handler,
      options: TestClientOptions = {},
    ): Promise<Readonly<{ server: LocalServer; api: ApiClient }>> {
      const server = await startLocalServer({ keys, handler, http1Only: protocol === "HTTP/1.1" });
      const api = testClient(server.url, { tls, ...options });
      t.after(async () => {
        await api[Symbol.asyncDispose]();
        await server[Symbol.asyncDispose]();
      });
      return { server, api };
    }

    it("sends a request whole and gives its answer", async (t) => {
      const seen: unknown[] = [];
      const { api } = await pair(t, (request, response) => {
        const chunks: Buffer[] = [];
        request.on("data", (chunk: Buffer) => chunks.push(chunk));
        request.on("end", () => {
          const { method, url, headers, httpVersion } = request;
          seen.push([
            `HTTP/${httpVersion.replace(".0", "")}`,
            method,
            url,
            headers["content-type"],
            Buffer.concat(chunks).toString(),
          ]);
          response.end('{"ok":true}');
        });
      });
      const contentType = "application/merge-patch+json";
      const body = { metadata: { labels: { a: "ü" } } };
      assert.deepEqual(await api.json({ method: "PATCH", path: "/a", query: { force: true }, contentType, body }), {
        ok: true,
      });
      assert.equal(await api.text({ method: "POST", path: "/b", body: "as it is" }), '{"ok":true}');
      assert.deepEqual(seen, [
        [protocol, "PATCH", "/a?force=true", contentType, JSON.stringify(body)],
        [protocol, "POST", "/b", "application/json", "as it is"],
      ]);
    });

    it("renews the credential once after 401 and sends again, writes too", async (t) => {
      const { server, api } = await pair(
        t,
        (request, response) => {
          if (request.headers.authorization === "Bearer new") return void response.end("{}");
          response.writeHead(401).end(status(401, "Unauthorized"));
        },
        { credentials: [{ token: "old" }, { token: "new" }, { token: "revoked" }] },
      );
      assert.deepEqual(await api.json({ method: "POST", path: "/x", body: {} }), {});
      assert.equal(server.requests.length, 2);
    });

    it("renews the credential once for many who were refused together", async (t) => {
      let renewals = 0;
      const held: (() => void)[] = [];
      const { api } = await pair(
        t,
        (request, response) => {
          if (request.headers.authorization === "Bearer new") return void response.end("{}");
          // Answered one after the other, the last when the first has long come back with the new token.
          held.push(() => void response.writeHead(401).end(status(401, "Unauthorized")));
        },
        {
          credentials: [{ token: "old" }, { token: "new" }, { token: "one too many" }],
          onInvalidate: () => (renewals += 1),
        },
      );
      const all = Array.from({ length: 5 }, () => api.json({ path: "/x" }));
      await eventually("all have arrived", () => held.length === 5);
      for (const [index, answer] of held.entries()) {
        answer();
        assert.deepEqual(await all[index], {});
      }
      assert.equal(renewals, 1);
    });

    it("gives up after the second 401, without a word of the token", async (t) => {
      const { server, api } = await pair(
        t,
        (_request, response) => void response.writeHead(401).end(status(401, "Unauthorized")),
      );
      await assert.rejects(api.json({ path: "/x" }), (error: Error) => {
        assert.equal((error as { code?: string }).code, "HEDDLE_CLUSTER_UNAUTHORIZED");
        return !JSON.stringify([error, error.message, error.cause]).includes("secret-token");
      });
      assert.equal(server.requests.length, 2);
    });

    it("waits as 429 asks, for writes too, and tells how long when it gives up", async (t) => {
      const manual = createManualClock(Date.UTC(2026, 0, 1));
      const [slept, woke]: [number[], number[]] = [[], []];
      const sleep: Clock["sleep"] = (delayMs, signal) => {
        slept.push(delayMs);
        return manual.sleep(delayMs, signal).then(() => void woke.push(delayMs));
      };
      let refusals = 2;
      const { server, api } = await pair(
        t,
        (_request, response) => {
          if (refusals-- > 0)
            return void response.writeHead(429, { "retry-after": "7" }).end(status(429, "TooManyRequests"));
          response.end("{}");
        },
        { clock: { ...manual, sleep }, timeoutMs: 0, pingIntervalMs: 0 },
      );
      const created = api.json({ method: "POST", path: "/x", body: {} });
      for (const tries of [1, 2]) {
        await eventually(`try ${tries} was refused`, () => slept.length === tries);
        assert.equal(woke.length, tries - 1);
        manual.advance(8_000);
      }
      assert.deepEqual(await created, {});
      assert.equal(server.requests.length, 3);
      for (const waitMs of slept) assert.ok(waitMs >= 7_000 && waitMs <= 7_700, `${waitMs} ms`);
    });

    it("does not wait longer than half a minute, but tells how long it should", async (t) => {
      const { api } = await pair(
        t,
        (_request, response) => void response.writeHead(429, { "retry-after": "60" }).end(),
      );
      await assert.rejects(api.json({ path: "/x" }), {
        code: "HEDDLE_CLUSTER_TOO_MANY_REQUESTS",
        details: { httpStatus: 429, retryAfterMs: 60_000 },
      });
    });

    it("stops waiting when it is aborted", async (t) => {
      const { server, api } = await pair(
        t,
        (_request, response) => void response.writeHead(429, { "retry-after": "30" }).end(),
      );
      const controller = new AbortController();
      const pending = api.json({ path: "/x", signal: controller.signal });
      await eventually("it was refused", () => server.requests.length === 1);
      controller.abort(new Error("no longer wanted"));
      await assert.rejects(pending, /^Error: no longer wanted$/);
    });

    it("refuses a write once that 503 answers, and reads again", async (t) => {
      let refusals = 1;
      const { server, api } = await pair(t, (request, response) => {
        if (request.method === "POST" || refusals-- > 0)
          return void response.writeHead(503, { "retry-after": "0" }).end(status(503, "ServiceUnavailable"));
        response.end("{}");
      });
      await assert.rejects(api.json({ method: "POST", path: "/x", body: {} }), {
        code: "HEDDLE_CLUSTER_UNAVAILABLE",
        retryable: true,
      });
      assert.equal(server.requests.length, 1);
      assert.deepEqual(await api.json({ path: "/x" }), {});
      assert.equal(server.requests.length, 3);
    });

    it("limits the time of a whole answer, not of a stream", async (t) => {
      const { server, api } = await pair(t, (_request, response) => void response.write('{"beginning":'), {
        timeoutMs: 100,
      });
      await assert.rejects(api.json({ path: "/slow" }), {
        code: "HEDDLE_CLUSTER_TIMEOUT",
        retryable: true,
        message: `GET ${server.url}/slow: no complete answer within 0.1 s`,
      });
      await assert.rejects(api.json({ path: "/slow", timeoutMs: 50 }), /within 0.05 s/);
      const stream = await api.stream({ path: "/stream" });
      const chunks = stream.body[Symbol.asyncIterator]();
      await chunks.next();
      let over = false;
      void chunks.next().then(
        () => (over = true),
        () => (over = true),
      );
      await assert.rejects(api.json({ path: "/slow", timeoutMs: 300 }), { code: "HEDDLE_CLUSTER_TIMEOUT" });
      assert.equal(over, false);
      await stream[Symbol.asyncDispose]();
    });

    it("asks for gzip and unpacks it, in one piece and as it streams, but not for watches", async (t) => {
      const items = JSON.stringify({ items: Array.from({ length: 5_000 }, (_, index) => ({ name: `pod-${index}` })) });
      const { api } = await pair(t, (request, response) => {
        if (request.headers["accept-encoding"] !== "gzip") return void response.end("plain");
        response.setHeader("content-encoding", "gzip");
        const packed = gzipSync(items);
        response.end(request.url === "/damaged" ? packed.subarray(0, 100) : packed);
      });
      assert.equal(await api.text({ path: "/x" }), items);
      assert.equal(await textOf(await api.stream({ path: "/x" })), items);
      assert.equal(await textOf(await api.stream({ path: "/x", watch: true })), "plain");
      const unreadable = { code: "HEDDLE_CLUSTER_PROTOCOL", retryable: true };
      await assert.rejects(api.text({ path: "/damaged" }), unreadable);
      await assert.rejects(api.stream({ path: "/damaged" }).then(textOf), unreadable);
    });

    it("gives the Status of a refused stream, and of gzip", async (t) => {
      const { api } = await pair(t, (_request, response) => {
        response.writeHead(410, { "content-encoding": "gzip" }).end(gzipSync(status(410, "Expired")));
      });
      await assert.rejects(api.stream({ path: "/x", watch: true }), {
        code: "HEDDLE_CLUSTER_GONE",
        message: /it is Expired/,
      });
    });

    it("says that a credential cannot be sent, not what it is", async (t) => {
      const { server, api } = await pair(t, (_request, response) => void response.end("{}"), {
        credentials: [{ token: "secret\nsecond line" }],
      });
      await assert.rejects(api.json({ path: "/x" }), (error: HeddleError) => {
        assert.equal(error.code, "HEDDLE_CLUSTER_BAD_REQUEST");
        assert.match(error.message, /the header authorization cannot be sent/);
        return !error.message.includes("secret") && !error.retryable;
      });
      assert.deepEqual(server.requests, []);
    });

    it("never follows a redirect", async (t) => {
      const { server, api } = await pair(
        t,
        (_request, response) => void response.writeHead(307, { location: "/elsewhere" }).end(),
      );
      await assert.rejects(api.json({ path: "/x" }), { code: "HEDDLE_CLUSTER_PROTOCOL" });
      assert.deepEqual(server.requests, ["GET /x"]);
    });

    it("tells malformed JSON, and JSON that is no object", async (t) => {
      const { api } = await pair(
        t,
        (request, response) => void response.end(request.url === "/list" ? "[1]" : '{"items":[{'),
      );
      for (const path of ["/cut", "/list"])
        await assert.rejects(api.json({ path }), { code: "HEDDLE_CLUSTER_PROTOCOL", retryable: true });
    });

    it("reads again what broke off in the midst, and tells a stream that it did", async (t) => {
      let breaks = 1;
      const { server, api } = await pair(t, (request, response) => {
        response.writeHead(200, { "content-length": "20" });
        if (request.url !== "/stream" && breaks-- <= 0) return void response.end('{"whole":        1 }');
        response.write('{"whole"', () => setImmediate(() => request.socket.destroy()));
      });
      assert.deepEqual(await api.json({ path: "/x" }), { whole: 1 });
      assert.equal(server.requests.length, 2);
      const stream = await api.stream({ path: "/stream" });
      await assert.rejects(textOf(stream), { code: "HEDDLE_CLUSTER_UNREACHABLE", retryable: true });
    });

    it("never sends a write again that may have been seen", async (t) => {
      const { server, api } = await pair(t, (request) => void request.socket.destroy());
      await assert.rejects(api.json({ method: "PATCH", path: "/x", body: {} }), { code: "HEDDLE_CLUSTER_UNREACHABLE" });
      assert.equal(server.requests.length, 1);
    });

    it("keeps to its rate, streams and tries again included, but for what is to be sent past it", async (t) => {
      const clock = createManualClock();
      const { server, api } = await pair(t, (_request, response) => void response.end("{}"), {
        clock,
        qps: 1,
        burst: 2,
        timeoutMs: 0,
        pingIntervalMs: 0,
      });
      const all = [api.json({ path: "/1" }), api.stream({ path: "/2" }), api.text({ path: "/3" })];
      await Promise.all(all.slice(0, 2));
      assert.equal(server.requests.length, 2);
      await eventually("the third asks in vain", () => clock.pending() > 0);
      await api.text({ path: "/probe", unqueued: true });
      assert.deepEqual(server.requests.slice(2), ["GET /probe"]);
      clock.advance(1_000);
      await all[2];
      assert.equal(server.requests.length, 4);
    });

    it("streams a long answer with back-pressure, and closes it when its reader leaves", async (t) => {
      const block = Buffer.alloc(64 * 1024, "x");
      let written = 0;
      let closed = 0;
      const { api } = await pair(t, (_request, response) => {
        response.on("close", () => (closed += 1));
        const more = (): void => {
          while (!response.writableEnded && !response.destroyed) {
            written += block.length;
            if (!response.write(block)) return void response.once("drain", more);
          }
        };
        more();
      });
      const stream = await api.stream({ path: "/endless" });
      let read = 0;
      for await (const chunk of stream.body) {
        read += chunk.length;
        if (read > 4 * 1024 * 1024) break;
      }
      await eventually("the server knows", () => closed === 1);
      assert.ok(written < 64 * 1024 * 1024, `${written} bytes written for ${read} read`);
    });
  });
}

describe("the client's connection", () => {
  it("asks for HTTP/2 once where a server or proxy speaks HTTP/1.1 only, and keeps its connections", async () => {
    await using server = await startLocalServer({
      keys,
      handler: (_request, response) => void response.end("{}"),
      http1Only: true,
    });
    await using forwarder = await startForwarder(server.port);
    await using api = testClient(`https://127.0.0.1:${forwarder.port}`, { tls });
    for (let i = 0; i < 10; i++) await api.json({ path: "/x" });
    assert.ok(forwarder.opened() <= 3, `${forwarder.opened()} connections for ten requests`);
  });

  it("says what is wrong when nobody listens, and tries a write again that was never sent", async () => {
    const server = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    server.close();
    await once(server, "close");
    await using api = testClient(`https://127.0.0.1:${port}`, { tls });
    await assert.rejects(api.json({ method: "POST", path: "/x", body: {} }), {
      code: "HEDDLE_CLUSTER_UNREACHABLE",
      retryable: true,
      message: `cannot connect to https://127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port}`,
      details: { systemCode: "ECONNREFUSED" },
    });
  });

  it("tells garbage from an answer", async () => {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.end("SSH-2.0-OpenSSH_9.2\r\n");
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    await using plain = testClient(`http://127.0.0.1:${port}`);
    await assert.rejects(plain.json({ path: "/x" }), { code: "HEDDLE_CLUSTER_PROTOCOL", retryable: true });
    await using secure = testClient(`https://127.0.0.1:${port}`, { tls });
    await assert.rejects(secure.json({ path: "/x" }), { code: "HEDDLE_CLUSTER_TLS", message: /does not speak TLS/ });
    server.close();
  });

  it("refuses a server or proxy that is none, before anything is asked", () => {
    assert.throws(() => testClient("nonsense"), { code: "HEDDLE_USAGE" });
    assert.throws(() => testClient("https://127.0.0.1", { proxyUrl: "ftp://proxy" }), { code: "HEDDLE_USAGE" });
  });

  it("connects to nothing before it is asked", async () => {
    await using server = await startLocalServer({ keys, handler: (_request, response) => void response.end("{}") });
    await using api = testClient(server.url, { tls });
    createConnection(server.port, "127.0.0.1").destroy();
    assert.equal(server.connections.size, 0);
    assert.deepEqual(api.certificates(), {});
    await api.text({ path: "/x" });
    assert.equal(server.connections.size, 1);
    assert.ok((api.certificates().serverExpiresAtMs ?? 0) > Date.now());
  });
});

async function textOf({ body }: Readonly<{ body: AsyncIterable<Uint8Array> }>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
