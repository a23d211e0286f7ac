import { UsageError } from "../../base/index.ts";
import { type ClusterAccess, type TlsAccess } from "../access.ts";
import { createAccess, readTls, warningsOf } from "./endpoint.ts";
import { createCertificateCredential } from "./file-credential.ts";
import { combineCredentials } from "./fixed-credential.ts";
import { type CredentialDeps } from "./renewing.ts";

/** What is to take the place of a way in's own TLS. Paths are absolute; certFile and keyFile come together. */
export type TlsOverride = Readonly<{
  /** False trusts an authority again where the way in trusts anyone. */
  insecure?: boolean;
  caFile?: string;
  certFile?: string;
  keyFile?: string;
  serverName?: string;
}>;

/**
 * The same way in with other TLS; each given field replaces the way in's own, a client certificate joins its token.
 * Fails with HEDDLE_CREDENTIAL_FILE or _INVALID for what the files hold.
 */
export async function overrideTls(
  access: ClusterAccess,
  override: TlsOverride,
  deps: CredentialDeps,
): Promise<ClusterAccess> {
  const { certFile, keyFile } = override;
  if (Object.keys(override).length === 0) return access;
  const tls = await replaceTls(access.tls, override);
  const fileOf = (name: string, file: string) => ({ name: `${name} ${file}`, file });
  const certificates =
    certFile === undefined || keyFile === undefined
      ? []
      : [createCertificateCredential({ cert: fileOf("cert_file", certFile), key: fileOf("key_file", keyFile) }, deps)];
  return createAccess({
    ...access,
    tls,
    credential: combineCredentials([access.credential, ...certificates]),
    warnings: warningsOf(access.server, tls, "insecure"),
  });
}

/** An authority that is given is to be used: the way in's own `insecure` then ends. */
async function replaceTls(own: TlsAccess, { insecure, caFile, serverName }: TlsOverride): Promise<TlsAccess> {
  const replaced = await readTls(
    {
      caFile,
      insecure: insecure ?? (caFile === undefined && own.insecure),
      serverName: serverName ?? own.serverName,
      names: { ca: "", caFile: "ca_file", insecure: "insecure" },
    },
    (problem) => new UsageError(problem, { code: "HEDDLE_CREDENTIAL_INVALID" }),
  );
  return replaced.insecure || replaced.ca !== undefined || own.ca === undefined
    ? replaced
    : { ...replaced, ca: own.ca };
}
