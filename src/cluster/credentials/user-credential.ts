import { type Credential } from "../access.ts";
import { isJsonObject } from "../../model/index.ts";
import { type ExecApiVersion, execApiVersions, type ExecPlugin } from "./exec-model.ts";
import { createExecCredential } from "./exec-plugin.ts";
import { credentialError } from "./failures.ts";
import {
  checkToken,
  createCertificateCredential,
  createTokenFileCredential,
  type TextSource,
} from "./file-credential.ts";
import { combineCredentials, createFixedCredential } from "./fixed-credential.ts";
import { type Entry, invalidKubeconfig } from "./kubeconfig.ts";
import { type ExecFields, type UserFields } from "./kubeconfig-schema.ts";
import { type CredentialDeps } from "./renewing.ts";
import { secret } from "./secret.ts";

/** A user of a kubeconfig; `execCluster` answers what its exec plugin may know of the cluster. */
export type User = Readonly<{ name: string; user: Entry<UserFields>; execCluster(): object }>;

/**
 * What a user of a kubeconfig proves itself with, by client-go's rules: a token file before a token, a certificate
 * beside either, an exec plugin only where there is none of them. Reads nothing and runs nothing yet.
 */
export function userCredential(of: User, deps: CredentialDeps): Credential {
  const { name, user } = of;
  const { fields, origin } = user;
  if (fields["auth-provider"] !== undefined) throw removedProvider(of);
  const { token, tokenFile, username, password, exec } = fields;
  const isBasic = username !== undefined || password !== undefined;
  if (isBasic && (token !== undefined || tokenFile !== undefined))
    throw invalidKubeconfig(origin.at("username"), `user "${name}" has a token and a user name or password: keep one`);
  const parts = [
    ...certificateOf(of, deps),
    ...tokenOf(of, deps),
    ...(isBasic
      ? [
          createFixedCredential(`password of user "${name}"`, {
            basic: { username: username ?? "", password: password?.reveal() ?? "" },
          }),
        ]
      : []),
  ];
  const plugin = exec && pluginOf(of, exec);
  return parts.length === 0 && plugin !== undefined ? createExecCredential(plugin, deps) : combineCredentials(parts);
}

function tokenOf({ name, user: { fields, origin } }: User, deps: CredentialDeps): readonly Credential[] {
  const { token, tokenFile } = fields;
  if (tokenFile !== undefined) return [createTokenFileCredential(origin.path(tokenFile), deps)];
  if (token === undefined) return [];
  const description = `token of user "${name}"`;
  return [createFixedCredential(description, { token: checkToken(token.reveal(), description) })];
}

function certificateOf({ name, user: { fields, origin } }: User, deps: CredentialDeps): readonly Credential[] {
  const source = (key: "client-certificate" | "client-key"): TextSource | undefined => {
    const file = fields[key];
    const data = fields[`${key}-data`];
    if (file !== undefined && data !== undefined)
      throw invalidKubeconfig(origin.at(key), `user "${name}" has both ${key} and ${key}-data: keep one`);
    if (file !== undefined) return { name: `${key} ${origin.path(file)}`, file: origin.path(file) };
    if (data === undefined) return undefined;
    return { name: `${key}-data of user "${name}"`, inline: typeof data === "string" ? secret(data) : data };
  };
  const cert = source("client-certificate");
  const key = source("client-key");
  if (cert === undefined) return [];
  if (key === undefined)
    throw invalidKubeconfig(
      origin.at(fields["client-certificate"] === undefined ? "client-certificate-data" : "client-certificate"),
      `user "${name}" has a client certificate without its key: give client-key or client-key-data`,
    );
  return [createCertificateCredential({ cert, key }, deps)];
}

function pluginOf({ name, user: { origin }, execCluster }: User, exec: ExecFields): ExecPlugin {
  const refuse = (key: string, problem: string) =>
    invalidKubeconfig(origin.at("exec", key), `the exec plugin of user "${name}" ${problem}`);
  const { command, apiVersion, interactiveMode } = exec;
  if (command === undefined) throw refuse("command", "has no command");
  if (!isExecApiVersion(apiVersion))
    throw refuse(
      "apiVersion",
      `has ${apiVersion === undefined ? "no apiVersion" : `apiVersion "${apiVersion}"`}: expected ${execApiVersions.join(" or ")}${apiVersion?.endsWith("/v1alpha1") ? " (v1alpha1 was removed: update the plugin and the kubeconfig)" : ""}`,
    );
  const env: Record<string, string> = {};
  for (const [index, variable] of exec.env.entries()) {
    if (variable.name === undefined)
      throw invalidKubeconfig(
        origin.at("exec", "env", index),
        `the exec plugin of user "${name}" has a variable without a name`,
      );
    env[variable.name] = variable.value?.reveal() ?? "";
  }
  return {
    owner: `user "${name}"`,
    command: command.includes("/") ? origin.path(command) : command,
    args: exec.args,
    env: secret(env),
    apiVersion,
    installHint: exec.installHint,
    interactiveMode: interactiveModeOf(interactiveMode, apiVersion, refuse),
    cluster: exec.provideClusterInfo ? clusterInfo(execCluster()) : undefined,
  };
}

const isExecApiVersion = (text: string | undefined): text is ExecApiVersion =>
  execApiVersions.some((version) => version === text);

/** Its `config` comes from YAML, which can say more than JSON can (dates): what JSON makes of it is what plugins get. */
function clusterInfo(cluster: object): ExecPlugin["cluster"] {
  const json: unknown = JSON.parse(JSON.stringify(cluster));
  return isJsonObject(json) ? secret(json) : undefined;
}

function interactiveModeOf(
  mode: string | undefined,
  apiVersion: ExecApiVersion,
  refuse: (key: string, problem: string) => Error,
): ExecPlugin["interactiveMode"] {
  if (mode === undefined && apiVersion.endsWith("/v1beta1")) return "IfAvailable";
  if (mode === "Never" || mode === "IfAvailable" || mode === "Always") return mode;
  const found = mode === undefined ? "no interactiveMode" : `interactiveMode "${mode}"`;
  throw refuse("interactiveMode", `has ${found}: expected Never, IfAvailable or Always`);
}

const successors: Readonly<Record<string, string>> = {
  gcp: "gke-gcloud-auth-plugin (gcloud container clusters get-credentials writes it into the kubeconfig)",
  azure: "kubelogin (kubelogin convert-kubeconfig rewrites the kubeconfig)",
  oidc: "kubectl oidc-login (the plugin int128/kubelogin)",
  openstack: "client-keystone-auth",
};

function removedProvider({ name, user: { fields, origin } }: User) {
  const provider = fields["auth-provider"]?.name ?? "";
  const plugin = successors[provider] ?? "the exec plugin of whoever runs the cluster";
  return credentialError(
    "UNSUPPORTED",
    `${origin.at("auth-provider")}: user "${name}" signs in by the auth-provider "${provider}", which no longer exists: use an exec plugin instead: ${plugin}`,
  );
}
