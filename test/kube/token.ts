import { createHash, createPublicKey, sign } from "node:crypto";
import { HeddleError } from "../../src/base/index.ts";
import { type Identity, issuer } from "./control-plane.ts";
import { readBody } from "./request.ts";

export type TokenRequest = Readonly<{ namespace: string; name: string; seconds?: number }>;

type Account = Readonly<{ metadata: Readonly<{ uid: string }> }>;

/** The service account's token from the API server's own TokenRequest. */
export async function requestToken(identity: Identity, request: TokenRequest): Promise<string> {
  const json = {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    spec: { expirationSeconds: request.seconds ?? 3600 },
  };
  const answer = await ask<{ status: { token: string } }>(identity, `${pathOf(request)}/token`, json);
  return answer.status.token;
}

// The API server accepts a token for this long after its `exp` (go-jose's default leeway).
const leewaySeconds = 60;

/**
 * The same token signed here with the API server's key, for life times that TokenRequest refuses (below 600 s; negative
 * ones too). It is accepted for `seconds` from now, so its `exp` lies a minute before that.
 */
export async function signToken(identity: Identity, request: TokenRequest): Promise<string> {
  const { namespace, name, seconds = 3600 } = request;
  const account = await ask<Account>(identity, pathOf(request));
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: issuer,
    aud: [issuer],
    sub: `system:serviceaccount:${namespace}:${name}`,
    iat: now,
    nbf: now,
    exp: now + seconds - leewaySeconds,
    "kubernetes.io": { namespace, serviceaccount: { name, uid: account.metadata.uid } },
  };
  const body = [{ alg: "ES256", kid: keyIdOf(identity.serviceAccountKey) }, claims].map(encode).join(".");
  const key = { key: identity.serviceAccountKey, dsaEncoding: "ieee-p1363" as const };
  return `${body}.${sign("sha256", Buffer.from(body), key).toString("base64url")}`;
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** As the API server names its key: SHA-256 of its public part. */
const keyIdOf = (privateKey: string): string =>
  createHash("sha256")
    .update(createPublicKey(privateKey).export({ type: "spki", format: "der" }))
    .digest("base64url");

const pathOf = ({ namespace, name }: TokenRequest): string => `/api/v1/namespaces/${namespace}/serviceaccounts/${name}`;

async function ask<T>(identity: Identity, path: string, json?: unknown): Promise<T> {
  const access = { ca: identity.authority.cert, token: identity.tokens.admin };
  const { status, body } = await readBody(`${identity.server}${path}`, {
    ...access,
    ...(json !== undefined && { json }),
  });
  if (status >= 300) throw new HeddleError(`${path} answered ${status}: ${body}`, { code: "HEDDLE_TEST_KUBE_FAILED" });
  return JSON.parse(body) as T;
}
