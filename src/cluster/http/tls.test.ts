import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type TLSSocket } from "node:tls";
import { createAuthority } from "../../../test/kube/certificate.ts";
import { type HeddleError } from "../../base/index.ts";
import { eventually, testClient, type TestClientOptions } from "./testing/client.ts";
import { type Handler, type KeyPair, type LocalServer, startLocalServer } from "./testing/local-server.ts";

const authority = createAuthority("cluster ca");
const other = createAuthority("some other ca");
const dayMs = 86_400_000;

const start = (keys: KeyPair, options: Readonly<{ handler?: Handler; clients?: string }> = {}): Promise<LocalServer> =>
  startLocalServer({
    keys,
    handler: options.handler ?? ((_request, response) => void response.end("{}")),
    ...(options.clients && { tls: { ca: options.clients, requestCert: true } }),
  });

/** What the client says of a server with these keys. */
async function failureWith(keys: KeyPair, options: TestClientOptions = {}): Promise<HeddleError> {
  await using server = await start(keys);
  await using api = testClient(server.url, { tls: { ca: authority.cert }, ...options });
  const error = await api.json({ path: "/x" }).then(
    () => assert.fail("it was trusted"),
    (error: HeddleError) => error,
  );
  assert.equal(error.code, "HEDDLE_CLUSTER_TLS");
  assert.equal(error.retryable, false);
  assert.deepEqual(server.requests, []);
  return error;
}

describe("TLS with the API server", () => {
  it("refuses an authority that was not given, and names it", async () => {
    const { message } = await failureWith(other.issue({ commonName: "kube-apiserver", hosts: ["127.0.0.1"] }));
    assert.match(
      message,
      /its certificate \(CN=kube-apiserver\) is signed by CN=some other ca authority, which is not in the given/,
    );
  });

  it("refuses a certificate for other names, and tells them", async () => {
    const keys = authority.issue({ commonName: "kube-apiserver", hosts: ["api.example", "10.0.0.1"] });
    const { message } = await failureWith(keys);
    assert.match(message, /is not for 127\.0\.0\.1; the names in it are DNS:api\.example, IP Address:10\.0\.0\.1/);
    assert.match(message, /tls-server-name/);
  });

  it("refuses a certificate that has expired, or is not valid yet, and tells when", async () => {
    const dates = (fromDays: number, toDays: number): Readonly<{ notBefore: Date; notAfter: Date }> => ({
      notBefore: new Date(Date.now() + fromDays * dayMs),
      notAfter: new Date(Date.now() + toDays * dayMs),
    });
    const expired = authority.issue({ commonName: "server", hosts: ["127.0.0.1"], ...dates(-10, -1) });
    assert.match((await failureWith(expired)).message, /\(CN=server\) has expired on 20\d\d-/);
    const early = authority.issue({ commonName: "server", hosts: ["127.0.0.1"], ...dates(1, 10) });
    assert.match((await failureWith(early)).message, /is not valid before 20\d\d-.*is this machine's clock right\?/);
  });

  it("checks the certificate against tls-server-name and sends it as SNI", async () => {
    const keys = authority.issue({ commonName: "server", hosts: ["api.example"] });
    let serverName: unknown;
    await using server = await start(keys, {
      handler(request, response) {
        serverName = (request.stream?.session?.socket as TLSSocket | undefined)?.servername;
        response.end("{}");
      },
    });
    await using api = testClient(server.url, { tls: { ca: authority.cert, serverName: "api.example" } });
    assert.deepEqual(await api.json({ path: "/x" }), {});
    assert.equal(serverName, "api.example");
    const wrong = await failureWith(keys, { tls: { ca: authority.cert, serverName: "other.example" } });
    assert.match(wrong.message, /is not for other\.example/);
  });

  it("accepts anything when told to, and then only", async () => {
    const keys = other.issue({ commonName: "server", hosts: ["elsewhere"] });
    await using server = await start(keys);
    await using api = testClient(server.url, { tls: { insecure: true } });
    assert.deepEqual(await api.json({ path: "/x" }), {});
    await using careful = testClient(server.url, { tls: {} });
    await assert.rejects(careful.json({ path: "/x" }), {
      code: "HEDDLE_CLUSTER_TLS",
      message: /CN=some other ca authority, which this system does not trust/,
    });
  });

  it("shows the client certificate, new connections for a new one, and tells when both certificates end", async () => {
    const clients = createAuthority("clients");
    const issue = (commonName: string, days: number): KeyPair =>
      clients.issue({ commonName, notAfter: new Date(Math.trunc(Date.now() / 1000) * 1000 + days * dayMs) });
    const [first, second] = [issue("ann", 5), issue("bob", 9)];
    const keys = authority.issue({ commonName: "server", hosts: ["127.0.0.1"] });
    let refuse = false;
    await using server = await start(keys, {
      clients: clients.cert,
      handler(request, response) {
        const { socket } = request.stream.session ?? {};
        const user = (socket as TLSSocket).getPeerCertificate().subject.CN;
        if (request.url === "/watch") return void response.write(JSON.stringify({ user }));
        response.writeHead(refuse && user === "ann" ? 401 : 200).end(JSON.stringify({ user }));
      },
    });
    await using api = testClient(server.url, {
      tls: { ca: authority.cert },
      credentials: [{ certificate: first }, { certificate: second }],
    });
    const watch = await api.stream({ path: "/watch", watch: true });
    assert.deepEqual(await api.json({ path: "/x" }), { user: "ann" });
    const left = (): number => Math.round(((api.certificates().clientExpiresAtMs ?? 0) - Date.now()) / dayMs);
    assert.equal(left(), 5);
    refuse = true;
    assert.deepEqual(await api.json({ path: "/x" }), { user: "bob" });
    assert.equal(left(), 9);
    assert.ok((api.certificates().serverExpiresAtMs ?? 0) > Date.now());
    // What was under way goes on; the old connection for single requests goes away.
    await eventually("the old connection is closed", () => server.sessions.size === 2);
    for await (const chunk of watch.body) {
      assert.equal(Buffer.from(chunk).toString(), '{"user":"ann"}');
      break;
    }
    await eventually("the old watch's too", () => server.sessions.size === 1);
  });

  it("tells what is wrong with an authority or a key that cannot be read, not what is in it", async () => {
    await using server = await start(authority.issue({ commonName: "server", hosts: ["127.0.0.1"] }));
    const badKey = { certificate: { cert: authority.cert, key: "-----BEGIN PRIVATE KEY-----\nsecret\n" } };
    for (const options of [{ tls: { ca: "nonsense" } }, { tls: { ca: authority.cert }, credentials: [badKey] }]) {
      await using api = testClient(server.url, options);
      await assert.rejects(api.json({ path: "/x" }), (error: HeddleError) => {
        assert.equal(error.code, "HEDDLE_CLUSTER_TLS");
        assert.match(error.message, /cannot be used/);
        return !error.message.includes("secret");
      });
    }
  });

  for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
    it(`says that a server wants a client certificate (${maxVersion})`, async () => {
      const keys = authority.issue({ commonName: "server", hosts: ["127.0.0.1"] });
      await using server = await startLocalServer({
        keys,
        handler: (_request, response) => void response.end("{}"),
        tls: { ca: authority.cert, requestCert: true, rejectUnauthorized: true, maxVersion },
      });
      await using api = testClient(server.url, { tls: { ca: authority.cert } });
      await assert.rejects(api.json({ path: "/x" }), {
        code: "HEDDLE_CLUSTER_TLS",
        message: /refused our client certificate, or wants one/,
      });
    });
  }
});
