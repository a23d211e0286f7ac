import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { inspect } from "node:util";
import { createManualClock, UsageError } from "../../base/index.ts";
import { createAuthority } from "../../../test/kube/index.ts";
import { tokenAccess, type TokenAccessOptions } from "./token-access.ts";

const authority = createAuthority("an-authority");
const pair = authority.issue({ commonName: "dev" });
const deps = { env: {}, clock: createManualClock(Date.now()) };

describe("tokenAccess", () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "heddle-token-"));
    for (const [name, text] of Object.entries({ token: "in-a-file", "ca.crt": authority.cert, ...pair }))
      await writeFile(join(folder, name), text);
  });
  after(() => rm(folder, { recursive: true }));
  const server = "https://10.0.0.1:6443/";

  it("leads to a server with a token", async () => {
    const access = await tokenAccess({ server, token: "SECRET", proxyUrl: "http://me:SECRET@proxy:1" }, deps);
    assert.deepEqual([access.server, access.tls], ["https://10.0.0.1:6443", { insecure: false }]);
    assert.deepEqual({ ...(await access.credential.get()) }, { token: "SECRET" });
    assert.equal(access.proxyUrl, "http://me:SECRET@proxy:1");
    const printed = inspect(access, { depth: Infinity, showHidden: true }) + JSON.stringify(access);
    assert.doesNotMatch(printed, /SECRET/);
    assert.match(printed, /10\.0\.0\.1/);
  });

  it("reads token, authority, certificate and key from files", async () => {
    const file = (name: string): string => join(folder, name);
    const tls = { caFile: file("ca.crt"), certFile: file("cert"), keyFile: file("key"), serverName: "api.example" };
    const access = await tokenAccess({ server, tokenFile: file("token"), tls }, deps);
    assert.deepEqual(access.tls, { insecure: false, ca: authority.cert, serverName: "api.example" });
    const value = await access.credential.get();
    assert.equal(value.token, "in-a-file");
    assert.deepEqual({ ...value.certificate }, pair);
  });

  it("warns when the server's certificate is not checked", async () => {
    const { warnings } = await tokenAccess({ server, token: "x", tls: { insecure: true } }, deps);
    assert.match(warnings.join(), /^certificate verification is off \(insecure\)/);
  });

  for (const [mistake, options, message] of [
    ["no token", { server }, /neither a token nor a token file is given/],
    ["two tokens", { server, token: "SECRET", tokenFile: "/t" }, /a token and a token file are given/],
    ["plain http", { server: "http://10.0.0.1", token: "SECRET" }, /a token is sent over https only/],
    ["no URL", { server: "https://", token: "SECRET" }, /the server is no URL/],
    ["a certificate without a key", { server, token: "SECRET", tls: { certFile: "/c" } }, /cert_file without key_file/],
    ["a key without a certificate", { server, token: "SECRET", tls: { keyFile: "/k" } }, /key_file without cert_file/],
    [
      "insecure with an authority",
      { server, token: "SECRET", tls: { insecure: true, caFile: "/ca" } },
      /together with ca_file/,
    ],
    ["an unknown proxy", { server, token: "SECRET", proxyUrl: "ftp://SECRET@proxy" }, /scheme "ftp": expected http/],
  ] satisfies readonly (readonly [string, TokenAccessOptions, RegExp])[]) {
    it(`refuses ${mistake}`, async () => {
      await assert.rejects(tokenAccess(options, deps), (error) => {
        assert.ok(error instanceof UsageError && error.code === "HEDDLE_CREDENTIAL_INVALID");
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /SECRET/);
        return true;
      });
    });
  }

  it("fails when a file that it names is missing, though the environment would lead elsewhere", async () => {
    await assert.rejects(tokenAccess({ server, token: "x", tls: { caFile: join(folder, "none") } }, deps), {
      code: "HEDDLE_CREDENTIAL_FILE",
      message: /cannot read the ca_file .*none: there is no such file/,
    });
    const access = await tokenAccess({ server, tokenFile: join(folder, "none") }, deps);
    await assert.rejects(access.credential.get(), { code: "HEDDLE_CREDENTIAL_FILE" });
  });
});
