import { stringify } from "yaml";
import type { KeyPair } from "./model.ts";

export type KubeconfigParts = Readonly<{
  /** Name of cluster, user and context alike. */
  name: string;
  server: string;
  ca: string;
  credential: KeyPair | Readonly<{ token: string }>;
}>;

/** A kubeconfig with one context and everything inline. */
export function kubeconfigOf({ name, server, ca, credential }: KubeconfigParts): string {
  const user =
    "token" in credential
      ? { token: credential.token }
      : { "client-certificate-data": base64(credential.cert), "client-key-data": base64(credential.key) };
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server, "certificate-authority-data": base64(ca) } }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  });
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");
