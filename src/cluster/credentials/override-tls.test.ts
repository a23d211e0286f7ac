import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { inspect } from "node:util";
import { createManualClock, UsageError } from "../../base/index.ts";
import { createAuthority } from "../../../test/kube/index.ts";
import { type ClusterAccess } from "../access.ts";
import { createAccess } from "./endpoint.ts";
import { createFixedCredential } from "./fixed-credential.ts";
import { overrideTls, type TlsOverride } from "./override-tls.ts";

const authority = createAuthority("an-authority");
const [own, other] = [authority.issue({ commonName: "own" }), authority.issue({ commonName: "other" })];
const deps = { env: {}, clock: createManualClock(Date.now()) };

const access = createAccess({
  server: "https://10.0.0.1:6443",
  tls: { ca: "own authority", serverName: "own.example", insecure: false },
  credential: createFixedCredential("own", { token: "SECRET", certificate: own }),
  proxyUrl: "http://me:SECRET@proxy:1",
  namespace: "shop",
  warnings: [],
});

describe("overrideTls", () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "heddle-tls-"));
    for (const [name, text] of Object.entries({ ca: authority.cert, ...other }))
      await writeFile(join(folder, name), text);
  });
  after(() => rm(folder, { recursive: true }));
  const file = (name: string): string => join(folder, name);
  const overridden = (override: TlsOverride, of: ClusterAccess = access) => overrideTls(of, override, deps);

  it("changes nothing where nothing is given", async () => {
    const same = await overrideTls(access, {}, deps);
    assert.deepEqual({ ...same }, { ...access });
    assert.equal(same.namespace, "shop");
    assert.doesNotMatch(inspect(same), /SECRET/);
  });

  it("takes another authority or another name in the place of the way in's own", async () => {
    assert.deepEqual((await overridden({ caFile: file("ca") })).tls, {
      ca: authority.cert,
      serverName: "own.example",
      insecure: false,
    });
    assert.deepEqual((await overridden({ serverName: "given.example" })).tls, {
      ca: "own authority",
      serverName: "given.example",
      insecure: false,
    });
  });

  it("turns verification off, drops the authority and warns; and turns it on again", async () => {
    const off = await overridden({ insecure: true });
    assert.deepEqual(off.tls, { serverName: "own.example", insecure: true });
    assert.match(off.warnings.join(), /^certificate verification is off \(insecure\)/);
    const on = await overridden({ insecure: false }, off);
    assert.deepEqual([on.tls, on.warnings], [{ serverName: "own.example", insecure: false }, []]);
    assert.equal((await overridden({ insecure: false })).tls.ca, "own authority");
    assert.equal((await overridden({ caFile: file("ca") }, off)).tls.insecure, false);
  });

  it("shows another client certificate, and keeps the token", async () => {
    const { credential } = await overridden({ certFile: file("cert"), keyFile: file("key") });
    const value = await credential.get();
    assert.equal(value.token, "SECRET");
    assert.deepEqual({ ...value.certificate }, other);
    assert.equal(credential.description, `own and client certificate in cert_file ${file("cert")}`);
  });

  it("refuses fields that do not fit together", async () => {
    for (const [override, message] of [
      [{ insecure: true, caFile: file("ca") }, /insecure is given together with ca_file/],
      [{ certFile: "/c" }, /cert_file without key_file/],
      [{ keyFile: "/k" }, /key_file without cert_file/],
    ] as const)
      await assert.rejects(overridden(override), (error) => error instanceof UsageError && message.test(error.message));
  });
});
