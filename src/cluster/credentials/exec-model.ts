import { type JsonObject } from "../../model/index.ts";
import { type Secret } from "./secret.ts";

export const execApiVersions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"] as const;
export type ExecApiVersion = (typeof execApiVersions)[number];

/** An exec credential plugin as a kubeconfig configures it (client.authentication.k8s.io). */
export type ExecPlugin = Readonly<{
  /** For messages: 'user "dev"'. */
  owner: string;
  /** An absolute path, or a name to be found on PATH. */
  command: string;
  args: Secret<readonly string[]>;
  /** Added to the inherited environment. */
  env: Secret<Readonly<Record<string, string>>>;
  apiVersion: ExecApiVersion;
  installHint: string | undefined;
  interactiveMode: "Never" | "IfAvailable" | "Always";
  /** spec.cluster of KUBERNETES_EXEC_INFO, where provideClusterInfo asks for it. */
  cluster: Secret<JsonObject> | undefined;
}>;
