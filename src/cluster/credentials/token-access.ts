import { type ClusterAccess } from "../access.ts";
import { checkProxy, checkServer } from "./endpoint.ts";
import { checkToken, createTokenFileCredential } from "./file-credential.ts";
import { createFixedCredential } from "./fixed-credential.ts";
import { overrideTls, refuseOptions, type TlsOverride } from "./override-tls.ts";
import { type CredentialDeps } from "./renewing.ts";

/** An API server and a token for it, as a service account or another bearer has one. Paths are absolute. */
export type TokenAccessOptions = Readonly<{
  /** https only: a token is not sent in the clear. */
  server: string;
  /** Exactly one of the two. The file is read again when it changes. */
  token?: string | undefined;
  tokenFile?: string | undefined;
  tls?: TlsOverride | undefined;
  proxyUrl?: string | undefined;
}>;

/**
 * The way in by server and token. Fails with a UsageError HEDDLE_CREDENTIAL_INVALID for options that do not fit
 * together, and with HEDDLE_CREDENTIAL_FILE, _INVALID for what they name.
 */
export async function tokenAccess(options: TokenAccessOptions, deps: CredentialDeps): Promise<ClusterAccess> {
  const { token, tokenFile, tls = {} } = options;
  const server = checkServer(options.server, refuseOptions);
  if (!server.startsWith("https://"))
    throw refuseOptions(`the server ${server} is plain http: a token is sent over https only`);
  if ((token === undefined) === (tokenFile === undefined))
    throw refuseOptions(
      `${token === undefined ? "neither a token nor a token file is" : "a token and a token file are"} given: give one`,
    );
  const proxyUrl = options.proxyUrl === undefined ? undefined : checkProxy(options.proxyUrl, refuseOptions);
  const credential =
    tokenFile === undefined
      ? createFixedCredential("token", { token: checkToken(token ?? "", "token") })
      : createTokenFileCredential(tokenFile, deps);
  const access: ClusterAccess = { server, tls: { insecure: false }, credential, warnings: [] };
  return overrideTls(proxyUrl === undefined ? access : { ...access, proxyUrl }, tls, deps);
}
