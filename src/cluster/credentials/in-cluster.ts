import { readFile } from "node:fs/promises";
import { isIPv6 } from "node:net";
import { join } from "node:path";
import { type ClusterAccess } from "../access.ts";
import { createAccess, readTls } from "./endpoint.ts";
import { credentialError } from "./failures.ts";
import { createTokenFileCredential } from "./file-credential.ts";
import { type CredentialDeps } from "./renewing.ts";

/** Where kubelet mounts a pod's service account. */
export const serviceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

export type InClusterOptions = Readonly<{ folder?: string }>;

/** A pod's own way in, and the namespace that the pod runs in. */
export type InClusterAccess = ClusterAccess & Readonly<{ namespace?: string }>;

/**
 * The way in of a pod: the API server by KUBERNETES_SERVICE_HOST and _PORT of `deps.env`, its authority and the
 * rotating token of the service account from `folder`. Fails with HEDDLE_CREDENTIAL_NOT_IN_CLUSTER outside of a pod,
 * _FILE or _INVALID when the account is not mounted whole.
 */
export async function inClusterAccess(deps: CredentialDeps, options: InClusterOptions = {}): Promise<InClusterAccess> {
  const { folder = serviceAccountFolder } = options;
  const host = deps.env["KUBERNETES_SERVICE_HOST"] ?? "";
  const port = deps.env["KUBERNETES_SERVICE_PORT"] ?? "";
  if (host === "" || port === "")
    throw credentialError(
      "NOT_IN_CLUSTER",
      "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set: this process runs in no pod; use a kubeconfig or a token instead",
    );
  const server = `https://${isIPv6(host) ? `[${host}]` : host}:${port}`;
  if (!URL.canParse(server))
    throw credentialError("INVALID", `KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT make no address: ${server}`);
  const names = { ca: "", caFile: "service account's authority", insecure: "" };
  const refuse = (problem: string) => credentialError("INVALID", problem);
  const tls = await readTls({ caFile: join(folder, "ca.crt"), insecure: false, names }, refuse);
  const namespace = await namespaceIn(folder);
  return createAccess({
    server,
    tls,
    credential: createTokenFileCredential(join(folder, "token"), deps),
    warnings: [],
    ...(namespace !== undefined && { namespace }),
  });
}

/** A projected volume may leave the namespace out; nothing depends on it. */
async function namespaceIn(folder: string): Promise<string | undefined> {
  try {
    const text = await readFile(join(folder, "namespace"), "utf8");
    return text.trim() || undefined;
  } catch {
    return undefined;
  }
}
