import { type ClusterAccess, type Credential, type Impersonation, type TlsAccess } from "../access.ts";
import { UsageError } from "../../base/index.ts";
import { checkProxy, checkServer, createAccess, readTls, warningsOf } from "./endpoint.ts";
import { anonymous } from "./fixed-credential.ts";
import { alternatives, type Entry, invalidKubeconfig, type Kubeconfig } from "./kubeconfig.ts";
import { type ClusterFields, type UserFields } from "./kubeconfig-schema.ts";
import { type CredentialDeps } from "./renewing.ts";
import { userCredential } from "./user-credential.ts";

/**
 * One context's way in. It reads the authority's file, nothing else: credentials are read when they are asked for. Only
 * what the context itself names is used; a context without a user is anonymous, never another's user.
 *
 * Fails with a UsageError HEDDLE_KUBECONFIG_CONTEXT_UNKNOWN or _INVALID (file, line, key) or a HeddleError
 * HEDDLE_CREDENTIAL_…; HEDDLE_CREDENTIAL_UNSUPPORTED names the exec plugin to use instead of a removed auth-provider.
 */
export async function accessFromContext(
  config: Kubeconfig,
  contextName: string,
  deps: CredentialDeps,
): Promise<ClusterAccess> {
  const context = config.contexts.get(contextName);
  if (context === undefined)
    throw new UsageError(
      `there is no context "${contextName}" in ${config.files.join(", ")}${alternatives(contextName, config.contexts.keys())}`,
      { code: "HEDDLE_KUBECONFIG_CONTEXT_UNKNOWN" },
    );
  const named = <T>(key: "cluster" | "user", name: string, entries: ReadonlyMap<string, T>): T => {
    const entry = entries.get(name);
    if (entry !== undefined) return entry;
    const problem = `context "${contextName}" names the ${key} "${name}", which does not exist${alternatives(name, entries.keys())}`;
    throw invalidKubeconfig(context.origin.at(key), problem);
  };
  const { cluster: clusterName, user: userName } = context.fields;
  if (clusterName === undefined)
    throw invalidKubeconfig(context.origin.at(), `context "${contextName}" names no cluster`);
  const cluster = named("cluster", clusterName, config.clusters);
  const user = userName === undefined ? undefined : named("user", userName, config.users);

  const endpoint = await endpointOf(clusterName, cluster);
  const impersonate = user && impersonationOf(userName ?? "", user);
  return createAccess({
    ...endpoint,
    credential: user === undefined ? anonymous : credentialOf(userName ?? "", { user, cluster, endpoint }, deps),
    ...(impersonate && { impersonate }),
  });
}

type Endpoint = Readonly<{ server: string; tls: TlsAccess; proxyUrl?: string; warnings: readonly string[] }>;

async function endpointOf(name: string, { fields, origin }: Entry<ClusterFields>): Promise<Endpoint> {
  const refuseAt = (key: string) => (problem: string) =>
    invalidKubeconfig(origin.at(key), `cluster "${name}": ${problem}`);
  const written = fields.server;
  if (written === undefined) throw invalidKubeconfig(origin.at(), `cluster "${name}" has no server`);
  const server = checkServer(written, refuseAt("server"));
  const proxyUrl = fields["proxy-url"] && checkProxy(fields["proxy-url"].reveal(), refuseAt("proxy-url"));
  const authority = fields["certificate-authority"];
  const tls = await readTls(
    {
      ca: fields["certificate-authority-data"],
      caFile: authority === undefined ? undefined : origin.path(authority),
      serverName: fields["tls-server-name"],
      insecure: fields["insecure-skip-tls-verify"],
      names: {
        ca: `certificate-authority-data of cluster "${name}"`,
        caFile: "certificate-authority",
        insecure: "insecure-skip-tls-verify",
      },
    },
    refuseAt(fields["insecure-skip-tls-verify"] ? "insecure-skip-tls-verify" : "certificate-authority"),
  );
  const warnings = warningsOf(server, tls, "insecure-skip-tls-verify");
  return { server, tls, ...(proxyUrl !== undefined && { proxyUrl }), warnings };
}

type Parties = Readonly<{ user: Entry<UserFields>; cluster: Entry<ClusterFields>; endpoint: Endpoint }>;

/** As client-go: over plain http no credential is sent. It is checked all the same. */
function credentialOf(name: string, { user, cluster, endpoint }: Parties, deps: CredentialDeps): Credential {
  const credential = userCredential({ name, user, execCluster: () => execCluster(cluster.fields, endpoint) }, deps);
  return endpoint.server.startsWith("http:") ? anonymous : credential;
}

const extensionName = "client.authentication.k8s.io/exec";

/** spec.cluster of an ExecCredential: the same keys as in the kubeconfig, files read into data. */
function execCluster(fields: ClusterFields, { server, tls, proxyUrl }: Endpoint) {
  const config = fields.extensions.find(({ name }) => name === extensionName)?.extension.reveal();
  return {
    server,
    ...(tls.serverName !== undefined && { "tls-server-name": tls.serverName }),
    ...(tls.insecure && { "insecure-skip-tls-verify": true }),
    ...(tls.ca !== undefined && { "certificate-authority-data": Buffer.from(tls.ca).toString("base64") }),
    ...(proxyUrl !== undefined && { "proxy-url": proxyUrl }),
    ...(fields["disable-compression"] && { "disable-compression": true }),
    ...(config !== undefined && { config }),
  };
}

function impersonationOf(name: string, { fields, origin }: Entry<UserFields>): Impersonation | undefined {
  const { as: user, "as-uid": uid, "as-groups": groups, "as-user-extra": extra } = fields;
  if (user !== undefined) return { user, groups, extra, ...(uid !== undefined && { uid }) };
  const [key] = [
    ...(uid === undefined ? [] : ["as-uid"]),
    ...(groups.length === 0 ? [] : ["as-groups"]),
    ...(Object.keys(extra).length === 0 ? [] : ["as-user-extra"]),
  ];
  if (key === undefined) return undefined;
  throw invalidKubeconfig(origin.at(key), `user "${name}" has ${key} and no "as": name the user to act as`);
}
