import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { isIP, isIPv6 } from "node:net";
import {
  bits,
  type Der,
  identifier,
  integer,
  octets,
  sequence,
  set,
  tagged,
  taggedBytes,
  time,
  truth,
  utf8,
} from "./der.ts";

/** PEM texts. */
export type KeyPair = Readonly<{ cert: string; key: string }>;

export type CertificateOptions = Readonly<{
  commonName: string;
  /** Kubernetes reads them as groups. */
  organizations?: readonly string[];
  /** DNS names and IP addresses that a server's certificate is for; none makes a client's. */
  hosts?: readonly string[];
  /** Default: an hour ago. */
  notBefore?: Date;
  /** Default: in a year. */
  notAfter?: Date;
}>;

/** An authority that signs certificates in this process: no openssl, a millisecond each, any dates. */
export type Authority = Readonly<{
  cert: string;
  key: string;
  issue(options: CertificateOptions): KeyPair;
}>;

const hourMs = 3_600_000;
const ecdsaWithSha256 = sequence(identifier("1.2.840.10045.4.3.2"));

/** A self-signed authority with a fresh P-256 key (RFC 5280). */
export function createAuthority(
  commonName: string,
  dates: Pick<CertificateOptions, "notBefore" | "notAfter"> = {},
): Authority {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  // A leaf of the same name would pass for self-signed.
  const subject = nameOf({ commonName: `${commonName} authority` });
  const keyId = keyIdOf(publicKey);
  const extensions = [
    extension("2.5.29.19", sequence(truth(true)), true),
    extension("2.5.29.15", bits(Buffer.of(0b0000_0110), 1), true),
    extension("2.5.29.14", octets(keyId)),
  ];
  const cert = signed({ issuer: subject, subject, publicKey, extensions, ...dates }, privateKey);
  return {
    cert,
    key: pemOf(privateKey),
    issue(options) {
      const own = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const body = {
        issuer: subject,
        subject: nameOf(options),
        publicKey: own.publicKey,
        extensions: [...leafExtensions(options.hosts ?? []), extension("2.5.29.35", sequence(taggedBytes(0, keyId)))],
        ...(options.notBefore && { notBefore: options.notBefore }),
        ...(options.notAfter && { notAfter: options.notAfter }),
      };
      return { cert: signed(body, privateKey), key: pemOf(own.privateKey) };
    },
  };
}

type Body = Readonly<{
  issuer: Der;
  subject: Der;
  publicKey: KeyObject;
  extensions: readonly Der[];
  notBefore?: Date;
  notAfter?: Date;
}>;

function signed({ issuer, subject, publicKey, extensions, ...dates }: Body, key: KeyObject): string {
  const notBefore = dates.notBefore ?? new Date(Date.now() - hourMs);
  const notAfter = dates.notAfter ?? new Date(Date.now() + 365 * 24 * hourMs);
  const body = sequence(
    tagged(0, integer(2n)),
    integer(BigInt(`0x${randomBytes(16).toString("hex")}`) | 1n),
    ecdsaWithSha256,
    issuer,
    sequence(time(notBefore), time(notAfter)),
    subject,
    publicKey.export({ type: "spki", format: "der" }),
    tagged(3, sequence(...extensions)),
  );
  const der = sequence(body, ecdsaWithSha256, bits(sign("sha256", body, key)));
  return `-----BEGIN CERTIFICATE-----\n${der.toString("base64").replaceAll(/.{64}(?=.)/g, "$&\n")}\n-----END CERTIFICATE-----\n`;
}

function nameOf({ commonName, organizations = [] }: Pick<CertificateOptions, "commonName" | "organizations">): Der {
  const part = (type: string, text: string): Der => set(sequence(identifier(type), utf8(text)));
  return sequence(...organizations.map((group) => part("2.5.4.10", group)), part("2.5.4.3", commonName));
}

function leafExtensions(hosts: readonly string[]): readonly Der[] {
  const usage = hosts.length > 0 ? "1.3.6.1.5.5.7.3.1" : "1.3.6.1.5.5.7.3.2";
  const common = [
    extension("2.5.29.19", sequence(), true),
    extension("2.5.29.15", bits(Buffer.of(0b1000_0000), 7), true),
    extension("2.5.29.37", sequence(identifier(usage))),
  ];
  if (hosts.length === 0) return common;
  return [...common, extension("2.5.29.17", sequence(...hosts.map(generalName)))];
}

const generalName = (host: string): Der =>
  isIP(host) === 0 ? taggedBytes(2, Buffer.from(host)) : taggedBytes(7, addressBytes(host));

function addressBytes(address: string): Buffer {
  if (!isIPv6(address)) return Buffer.from(address.split(".").map(Number));
  const [head = "", tail] = address.split("::");
  const words = (text: string | undefined): string[] => (text ? text.split(":") : []);
  const [before, after] = [words(head), words(tail)];
  const zeros = Array<string>(8 - before.length - after.length).fill("0");
  return Buffer.from([...before, ...zeros, ...after].map((word) => word.padStart(4, "0")).join(""), "hex");
}

const extension = (type: string, content: Der, critical = false): Der =>
  sequence(identifier(type), ...(critical ? [truth(true)] : []), octets(content));

const keyIdOf = (key: KeyObject): Buffer =>
  createHash("sha1")
    .update(key.export({ type: "spki", format: "der" }))
    .digest();

const pemOf = (key: KeyObject): string => key.export({ type: "pkcs8", format: "pem" }).toString();
