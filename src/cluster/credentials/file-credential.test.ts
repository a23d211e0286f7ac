import assert from "node:assert/strict";
import { mkdir, mkdtemp, rename, rm, symlink, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";
import { inspect } from "node:util";
import { createManualClock, type ManualClock } from "../../base/index.ts";
import { createAuthority } from "../../../test/kube/index.ts";
import { type Credential } from "../access.ts";
import { createCertificateCredential, createTokenFileCredential } from "./file-credential.ts";
import { secret } from "./secret.ts";

let folder = "";
before(async () => void (folder = await mkdtemp(join(tmpdir(), "heddle-files-"))));
after(() => rm(folder, { recursive: true }));

let clock: ManualClock = createManualClock();
beforeEach(() => void (clock = createManualClock(Date.parse("2030-01-01T00:00:00Z"))));
const deps = () => ({ env: {}, clock });

describe("a token in a file", () => {
  let file = "";
  let credential: Credential;
  const token = async (): Promise<string | undefined> => (await credential.get()).token;
  let count = 0;
  beforeEach(async () => {
    file = join(folder, `token-${count++}`);
    await writeFile(file, "first\n");
    credential = createTokenFileCredential(file, deps());
  });

  it("is read without the white space around it", async () => {
    assert.equal(await token(), "first");
    assert.equal(credential.description, `token file ${file}`);
  });

  it("is read again a second after it was written to", async () => {
    await token();
    await writeFile(file, "second");
    assert.equal(await token(), "first", "looked at once a second");
    clock.advance(1_000);
    assert.equal(await token(), "second");
  });

  it("is read again when another file takes its name", async () => {
    await token();
    await writeFile(`${file}.new`, "other");
    await rename(`${file}.new`, file);
    clock.advance(1_000);
    assert.equal(await token(), "other");
  });

  it("is read again when the link to it is swapped, as kubelet does", async () => {
    const volume = join(folder, `volume-${count}`);
    const version = async (name: string): Promise<void> => {
      await mkdir(join(volume, name), { recursive: true });
      await writeFile(join(volume, name, "token"), name);
      await symlink(name, join(volume, "..data_tmp"));
      await rename(join(volume, "..data_tmp"), join(volume, "..data"));
    };
    await version("..2030_one");
    await symlink("..data/token", join(volume, "token"));
    credential = createTokenFileCredential(join(volume, "token"), deps());
    assert.equal(await token(), "..2030_one");
    await version("..2030_two");
    clock.advance(1_000);
    assert.equal(await token(), "..2030_two");
  });

  it("is read again at once when the server refused it", async () => {
    await token();
    await writeFile(file, "second");
    credential.invalidate();
    assert.equal(await token(), "second");
  });

  it("stays when the server refused an older one", async () => {
    const refused = await credential.get();
    await writeFile(file, "second");
    credential.invalidate(refused);
    assert.equal(await token(), "second");
    await writeFile(file, "third");
    credential.invalidate(refused);
    assert.equal(await token(), "second", "the refusal came late");
  });

  it("is the same object as long as it is the same", async () => {
    const first = await credential.get();
    clock.advance(61_000);
    assert.equal(await credential.get(), first);
  });

  it("is used on while the file is away, empty or being written, and the server takes it", async () => {
    await token();
    for (const damage of [() => unlink(file), () => writeFile(file, ""), () => writeFile(file, "two words")]) {
      await damage();
      clock.advance(1_000);
      assert.equal(await token(), "first");
    }
    await writeFile(file, "second");
    clock.advance(1_000);
    assert.equal(await token(), "second");
  });

  it("is not used on once the server refused it", async () => {
    await token();
    await unlink(file);
    credential.invalidate();
    await assert.rejects(token(), {
      code: "HEDDLE_CREDENTIAL_FILE",
      message: /cannot read the token file .*no such file/,
    });
  });

  for (const [state, damage, code, message] of [
    ["missing", () => unlink(file), "FILE", /there is no such file$/],
    ["empty", () => writeFile(file, " \n"), "FILE", /is empty: expected a bearer token$/],
    ["of several words", () => writeFile(file, "SECRET token"), "INVALID", /is no bearer token: it has spaces/],
    ["binary", () => writeFile(file, "SECRET\0"), "INVALID", /is no bearer token/],
    ["a folder", () => unlink(file).then(() => mkdir(file)), "FILE", /it is a folder, a file is expected$/],
  ] as const) {
    it(`fails in words when the file is ${state}`, async () => {
      await damage();
      await assert.rejects(token(), (error: Error) => {
        assert.equal((error as Error & { code?: string }).code, `HEDDLE_CREDENTIAL_${code}`);
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /SECRET/);
        return true;
      });
    });
  }

  it("does not look at the file for a caller who has left", async () => {
    await assert.rejects(credential.get(AbortSignal.abort(new Error("left"))), /left/);
  });
});

describe("a client certificate", () => {
  const authority = createAuthority("an-authority");
  const issue = (notAfter: string) =>
    authority.issue({ commonName: "dev", notBefore: new Date("2020-01-01"), notAfter: new Date(notAfter) });
  const [old, renewed] = [issue("2030-06-01T00:00:00Z"), issue("2031-01-01T00:00:00Z")];
  const paths = () => ({ cert: join(folder, "dev.crt"), key: join(folder, "dev.key") });
  const write = async ({ cert, key }: typeof old): Promise<void> => {
    await Promise.all([writeFile(paths().cert, cert), writeFile(paths().key, key)]);
  };
  const fromFiles = (): Credential => {
    const { cert, key } = paths();
    return createCertificateCredential({ cert: { name: cert, file: cert }, key: { name: key, file: key } }, deps());
  };

  it("is read from its files, and again when they change", async () => {
    await write(old);
    const credential = fromFiles();
    assert.deepEqual({ ...(await credential.get()).certificate }, old);
    await write(renewed);
    clock.advance(1_000);
    assert.deepEqual({ ...(await credential.get()).certificate }, renewed);
  });

  it("stays the old pair while only half of the new one is written", async () => {
    await write(old);
    const credential = fromFiles();
    await credential.get();
    await writeFile(paths().cert, renewed.cert);
    clock.advance(1_000);
    assert.deepEqual({ ...(await credential.get()).certificate }, old);
    await writeFile(paths().key, renewed.key);
    clock.advance(1_000);
    assert.deepEqual({ ...(await credential.get()).certificate }, renewed);
  });

  it("fails once it has expired, and works again when it was renewed on disk", async () => {
    await write(old);
    const credential = fromFiles();
    await credential.get();
    clock.advance(Date.parse("2030-06-01T00:00:00Z") - clock.nowMs());
    await assert.rejects(credential.get(), {
      code: "HEDDLE_CREDENTIAL_EXPIRED",
      message: /dev\.crt \(CN=dev\) expired at 2030-06/,
    });
    await write(renewed);
    clock.advance(1_000);
    assert.deepEqual({ ...(await credential.get()).certificate }, renewed);
  });

  it("may be inline, one half or both, and expires there too", async () => {
    await write(old);
    const key = { name: "client-key-data", inline: secret(old.key) };
    const mixed = createCertificateCredential({ cert: { name: "cert", file: paths().cert }, key }, deps());
    assert.deepEqual({ ...(await mixed.get()).certificate }, old);
    const inline = createCertificateCredential({ cert: { name: "cert", inline: secret(old.cert) }, key }, deps());
    assert.deepEqual({ ...(await inline.get()).certificate }, old);
    clock.advance(Date.parse("2030-06-01T00:00:00Z") - clock.nowMs());
    await assert.rejects(inline.get(), { code: "HEDDLE_CREDENTIAL_EXPIRED" });
  });

  it("shows neither its key nor a token when credential or value is printed", async () => {
    await write(old);
    const credential = fromFiles();
    const value = await credential.get();
    const printed = inspect({ credential, value }, { depth: Infinity, showHidden: true }) + JSON.stringify({ value });
    assert.doesNotMatch(printed, /PRIVATE KEY/);
    assert.match(printed, /certificate: '\[redacted\]'/);
    assert.doesNotMatch(inspect(value.certificate) + JSON.stringify(value.certificate), /PRIVATE KEY/);
  });
});
