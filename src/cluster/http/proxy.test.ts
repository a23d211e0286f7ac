import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createAuthority } from "../../../test/kube/certificate.ts";
import { type HeddleError } from "../../base/index.ts";
import { parseProxy } from "./proxy.ts";
import { testClient } from "./testing/client.ts";
import { type LocalProxy, type LocalProxyOptions, startHttpProxy, startSocksProxy } from "./testing/local-proxy.ts";
import { type LocalServer, startLocalServer } from "./testing/local-server.ts";

const authority = createAuthority("test");
const keys = authority.issue({ commonName: "server", hosts: ["127.0.0.1", "api.nowhere.example"] });
const tls = { ca: authority.cert };

const startServer = (): Promise<LocalServer> =>
  startLocalServer({
    keys,
    handler: (request, response) => void response.end(JSON.stringify({ version: request.httpVersion })),
  });

const kinds: readonly (readonly [string, (options?: LocalProxyOptions) => Promise<LocalProxy>])[] = [
  ["http", startHttpProxy],
  ["https", (options) => startHttpProxy({ ...options, keys })],
  ["socks5", startSocksProxy],
];

for (const [scheme, start] of kinds) {
  describe(`a cluster behind a proxy of its own (${scheme})`, () => {
    it("is reached over HTTP/2 through it, by the name that only the proxy can resolve", async () => {
      await using server = await startServer();
      await using proxy = await start({ targetPort: server.port });
      const proxyUrl = `${scheme}://127.0.0.1:${proxy.port}`;
      await using api = testClient("https://api.nowhere.example:6443", { tls, proxyUrl });
      assert.deepEqual(await api.json({ path: "/x" }), { version: "2.0" });
      assert.deepEqual(proxy.asked, ["api.nowhere.example:6443"]);
    });

    it("logs in with the URL's user and password, and keeps them out of its errors", async () => {
      await using server = await startServer();
      await using proxy = await start({ login: "ann:s3cret:x", targetPort: server.port });
      const proxyUrl = (password: string): string =>
        `${scheme}://ann:${encodeURIComponent(password)}@127.0.0.1:${proxy.port}`;
      await using api = testClient(server.url, { tls, proxyUrl: proxyUrl("s3cret:x") });
      assert.deepEqual(await api.json({ path: "/x" }), { version: "2.0" });
      assert.deepEqual(proxy.asked, [`ann:s3cret:x@127.0.0.1:${server.port}`]);

      await using wrong = testClient(server.url, { tls, proxyUrl: proxyUrl("wr0ng") });
      await assert.rejects(wrong.json({ path: "/x" }), (error: HeddleError) => {
        assert.equal(error.code, "HEDDLE_CLUSTER_UNREACHABLE");
        assert.match(error.message, /through the proxy \w+:\/\/127\.0\.0\.1:\d+: it (answered 407|refused the user)/);
        return !error.message.includes("wr0ng");
      });
    });

    it("is unreachable when the proxy is, which the error names", async () => {
      const gone = await start();
      await gone[Symbol.asyncDispose]();
      const proxyUrl = `${scheme}://127.0.0.1:${gone.port}`;
      await using api = testClient("https://127.0.0.1:6443", { tls, proxyUrl });
      await assert.rejects(api.json({ path: "/x" }), {
        code: "HEDDLE_CLUSTER_UNREACHABLE",
        retryable: true,
        message: new RegExp(`cannot reach 127.0.0.1:6443 through the proxy ${proxyUrl}: .*ECONNREFUSED`),
      });
    });

    it("carries plain HTTP as well", async () => {
      await using proxy = await start();
      const { createServer } = await import("node:http");
      const server = createServer((_request, response) => void response.end("{}")).listen(0, "127.0.0.1");
      await new Promise((resolve) => server.once("listening", resolve));
      const { port } = server.address() as { port: number };
      await using api = testClient(`http://127.0.0.1:${port}`, {
        tls,
        proxyUrl: `${scheme}://127.0.0.1:${proxy.port}`,
      });
      assert.deepEqual(await api.json({ path: "/x" }), {});
      assert.deepEqual(proxy.asked, [`127.0.0.1:${port}`]);
      server.close();
    });
  });
}

describe("a cluster without a proxy", () => {
  it("never goes through the environment's", async () => {
    const before = { ...process.env };
    await using server = await startServer();
    await using proxy = await startHttpProxy();
    for (const name of ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "ALL_PROXY"])
      process.env[name] = `http://127.0.0.1:${proxy.port}`;
    try {
      await using api = testClient(server.url, { tls });
      await api.json({ path: "/x" });
      assert.deepEqual(proxy.asked, []);
    } finally {
      for (const name of ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "ALL_PROXY"]) delete process.env[name];
      Object.assign(process.env, before);
    }
  });
});

describe("a SOCKS5 proxy", () => {
  it("says why it refuses", async () => {
    await using proxy = await startSocksProxy();
    await using api = testClient("https://forbidden.example", { tls, proxyUrl: `socks5://127.0.0.1:${proxy.port}` });
    await assert.rejects(api.json({ path: "/x" }), /it refused: its rules do not allow it/);
    assert.equal(proxy.asked[0], "forbidden.example:443");
  });

  it("is given IPv6 addresses in their sixteen bytes", async () => {
    await using server = await startServer();
    await using proxy = await startSocksProxy({ targetPort: server.port });
    const options = { tls: { ...tls, serverName: "api.nowhere.example" } };
    await using api = testClient("https://[2001:db8::7:0]:6443", {
      ...options,
      proxyUrl: `socks5h://127.0.0.1:${proxy.port}`,
    });
    await api.json({ path: "/x" });
    assert.deepEqual(proxy.asked, ["20010db8000000000000000000070000:6443"]);
  });

  it("that speaks something else is told so", async () => {
    await using proxy = await startHttpProxy();
    await using api = testClient("https://127.0.0.1:6443", { tls, proxyUrl: `socks5://127.0.0.1:${proxy.port}` });
    await assert.rejects(api.json({ path: "/x" }), /it does not speak SOCKS5|it closed the connection/);
  });
});

describe("parseProxy", () => {
  it("names what it cannot use, but not what may be a password", () => {
    for (const bad of ["ftp://u:secret@h", "secret", "socks4://h", "http://"])
      assert.throws(
        () => parseProxy(bad),
        (error: Error) => /proxy-url/.test(error.message) && !error.message.includes("secret"),
      );
    assert.equal(parseProxy("http://u:secret@proxy.example:3128").shown, "http://proxy.example:3128");
  });
});
