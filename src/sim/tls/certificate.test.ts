import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { connect, createServer } from "node:tls";
import { createAuthority } from "./certificate.ts";

describe("an authority", () => {
  const authority = createAuthority("weavers");

  it("signs certificates that its own verifies", () => {
    const { cert, key } = authority.issue({ commonName: "jane", organizations: ["a", "b"] });
    const certificate = new X509Certificate(cert);
    const root = new X509Certificate(authority.cert);
    assert.equal(root.ca, true);
    assert.equal(certificate.ca, false);
    assert.equal(certificate.subject, "O=a\nO=b\nCN=jane");
    assert.equal(certificate.checkIssued(root), true);
    assert.equal(certificate.verify(root.publicKey), true);
    assert.match(key, /^-----BEGIN PRIVATE KEY-----/);
  });

  it("names hosts and addresses of both families", () => {
    const hosts = ["localhost", "10.0.0.1", "::1", "fd00:1::2", "2001:db8:1:2:3:4:5:6"];
    const certificate = new X509Certificate(authority.issue({ commonName: "server", hosts }).cert);
    assert.equal(certificate.checkHost("localhost"), "localhost");
    for (const address of hosts.slice(1)) assert.equal(certificate.checkIP(address), address);
    assert.equal(certificate.checkIP("10.0.0.2"), undefined);
  });

  it("writes any dates, beyond 2049 too", () => {
    const [notBefore, notAfter] = [new Date("2001-02-03T04:05:06Z"), new Date("2060-07-08T09:10:11Z")];
    const certificate = new X509Certificate(authority.issue({ commonName: "x", notBefore, notAfter }).cert);
    assert.equal(Date.parse(certificate.validFrom), notBefore.getTime());
    assert.equal(Date.parse(certificate.validTo), notAfter.getTime());
  });

  it("is trusted by TLS for what it signed, and another of the same name is not", async () => {
    const server = createServer(authority.issue({ commonName: "server", hosts: ["127.0.0.1"] }));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const handshake = async (ca: string): Promise<boolean> => {
      const socket = connect({ host: "127.0.0.1", port, ca });
      try {
        await once(socket, "secureConnect");
        return true;
      } catch {
        return false;
      } finally {
        socket.destroy();
      }
    };
    server.on("tlsClientError", () => {});
    assert.equal(await handshake(authority.cert), true);
    assert.equal(await handshake(createAuthority("weavers").cert), false);
    server.close();
  });
});
