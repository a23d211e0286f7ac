import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { describe, it } from "node:test";
import { createAuthority } from "../../../test/kube/index.ts";
import { checkAuthorities, checkPair } from "./pem.ts";

const nowMs = Date.parse("2030-01-01T00:00:00Z");
const authority = createAuthority("an-authority");
const issue = (notAfter = "2031-01-01T00:00:00Z") =>
  authority.issue({
    commonName: "dev",
    organizations: ["developers"],
    notBefore: new Date("2020-01-01"),
    notAfter: new Date(notAfter),
  });
const names = { cert: "/pki/dev.crt", key: "/pki/dev.key" };

describe("checkPair", () => {
  it("answers when the certificate ends", () => {
    assert.equal(checkPair(issue(), names, nowMs).expiresAtMs, Date.parse("2031-01-01T00:00:00Z"));
  });

  it("takes certificate and key from one text, as kubelet writes them, and a chain", () => {
    const { cert, key } = issue();
    const whole = `${key}${cert}${authority.cert}`;
    assert.equal(checkPair({ cert: whole, key: whole }, names, nowMs).cert, whole);
  });

  const pair = issue();
  const encrypted = createPrivateKey(pair.key)
    .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" })
    .toString();
  for (const [state, given, code, message] of [
    [
      "the key of another certificate",
      { ...pair, key: issue().key },
      "INVALID",
      /key in \/pki\/dev\.key does not belong to the certificate in \/pki\/dev\.crt \(O=developers, CN=dev\)/,
    ],
    [
      "an expired certificate",
      issue("2029-12-31T23:59:59Z"),
      "EXPIRED",
      /\/pki\/dev\.crt \(O=developers, CN=dev\) expired at 2029-12-31T23:59:59\.000Z.*clock \(2030-01-01T00:00:00\.000Z\)/,
    ],
    [
      "a certificate that is no PEM",
      { ...pair, cert: "MIIB" },
      "INVALID",
      /dev\.crt is not PEM: expected PEM with "-----BEGIN CERT/,
    ],
    ["an empty certificate", { ...pair, cert: "\n" }, "INVALID", /dev\.crt is empty: expected PEM/],
    ["the halves swapped", { cert: pair.key, key: pair.cert }, "INVALID", /dev\.crt holds PRIVATE KEY: expected/],
    ["a key that is none", { ...pair, key: pair.cert }, "INVALID", /dev\.key holds CERTIFICATE: expected.*PRIVATE KEY/],
    [
      "a damaged certificate",
      { ...pair, cert: pair.cert.replace(/\n.{20}/, "\nAAAAAAAAAAAAAAAAAAAA") },
      "INVALID",
      /dev\.crt holds a damaged certificate/,
    ],
    [
      "a damaged key",
      { ...pair, key: pair.key.replace(/\n.{20}/, "\nAAAAAAAAAAAAAAAAAAAA") },
      "INVALID",
      /damaged private key/,
    ],
    ["a key with a passphrase", { ...pair, key: encrypted }, "INVALID", /dev\.key is encrypted with a passphrase/],
  ] as const) {
    it(`refuses ${state}, and quotes nothing of it`, () => {
      assert.throws(
        () => checkPair(given, names, nowMs),
        (error: Error) => {
          assert.equal((error as Error & { code?: string }).code, `HEDDLE_CREDENTIAL_${code}`);
          assert.match(error.message, message);
          assert.ok(given.key.split("\n").every((line) => line.length < 40 || !error.message.includes(line)));
          return true;
        },
      );
    });
  }
});

describe("checkAuthorities", () => {
  const bundle = `# two of them\n${authority.cert}\n${createAuthority("another").cert}`;

  it("takes a bundle as it is", () => assert.equal(checkAuthorities(bundle, "ca.crt"), bundle));

  it("refuses what holds no certificate, or a damaged one among others", () => {
    assert.throws(() => checkAuthorities("none", "ca.crt"), { message: /^ca\.crt is not PEM/ });
    assert.throws(() => checkAuthorities(issue().key, "ca.crt"), { message: /^ca\.crt holds PRIVATE KEY/ });
    const damaged = authority.cert.replace(/\n.{20}/, "\nAAAAAAAAAAAAAAAAAAAA");
    assert.throws(() => checkAuthorities(bundle + damaged, "ca.crt"), {
      message: /^ca\.crt holds a damaged certificate/,
    });
  });
});
