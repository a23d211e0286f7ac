import { UsageError } from "../../base/index.ts";
import { type ClusterAccess, type Credential, type TlsAccess } from "../access.ts";
import { createAccess, readTls, warningsOf } from "./endpoint.ts";
import { createCertificateCredential } from "./file-credential.ts";
import { combineCredentials } from "./fixed-credential.ts";
import { type CredentialDeps } from "./renewing.ts";

/** What is to take the place of a way in's own TLS. Paths are absolute; certFile and keyFile come together. */
export type TlsOverride = Readonly<{
  /** False checks the server again where the way in trusts anyone. */
  insecure?: boolean | undefined;
  caFile?: string | undefined;
  certFile?: string | undefined;
  keyFile?: string | undefined;
  serverName?: string | undefined;
}>;

/** Options that do not fit together. */
export const refuseOptions = (problem: string): UsageError =>
  new UsageError(problem, { code: "HEDDLE_CREDENTIAL_INVALID" });

/**
 * The same way in with other TLS: each given field takes the place of the way in's own, a client certificate stands
 * beside its token. Fails with a UsageError HEDDLE_CREDENTIAL_INVALID for fields that do not fit together, and with
 * HEDDLE_CREDENTIAL_FILE or _INVALID for what the files hold.
 */
export async function overrideTls<T extends ClusterAccess>(
  access: T,
  override: TlsOverride,
  deps: CredentialDeps,
): Promise<T> {
  const tls = await replaceTls(access.tls, override);
  return createAccess({
    ...access,
    tls,
    credential: combineCredentials([access.credential, ...certificateOf(override, deps)]),
    warnings: tls.insecure === access.tls.insecure ? access.warnings : warningsOf(access.server, tls, "insecure"),
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
    refuseOptions,
  );
  if (replaced.insecure || replaced.ca !== undefined || own.ca === undefined) return replaced;
  return { ...replaced, ca: own.ca };
}

function certificateOf({ certFile, keyFile }: TlsOverride, deps: CredentialDeps): readonly Credential[] {
  if (certFile === undefined && keyFile === undefined) return [];
  if (keyFile === undefined) throw refuseOptions("cert_file without key_file: give both or none");
  if (certFile === undefined) throw refuseOptions("key_file without cert_file: give both or none");
  const named = (name: string, file: string) => ({ name: `${name} ${file}`, file });
  return [createCertificateCredential({ cert: named("cert_file", certFile), key: named("key_file", keyFile) }, deps)];
}
