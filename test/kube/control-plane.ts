import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AddressPlan } from "./addresses.ts";
import { type Authority, createAuthority } from "./certificate.ts";
import { assertRunning, type Enclosure } from "./enclosure.ts";
import { kubeconfigOf } from "./kubeconfig.ts";
import type { KeyPair, KubeTokens } from "./model.ts";
import type { Daemon } from "./process.ts";
import { readBody } from "./request.ts";
import { until } from "./until.ts";

export type ControlPlaneParts = Readonly<{
  enclosure: Enclosure;
  plan: AddressPlan;
  /** Folder of the components under their own names. */
  binaries: string;
  etcd: string;
  /** Put before the PATH of the nodes' containerd; undefined for the machine's own. */
  runtimeFolder: string | undefined;
  signal?: AbortSignal | undefined;
}>;

export const etcdPort = 2379;
export const issuer = "https://kubernetes.default.svc.cluster.local";

/** Keys, certificates and addresses of one control plane; the files lie in `folder`. */
export type Identity = Readonly<{
  folder: string;
  server: string;
  /** Of the API server's certificate. */
  authority: Authority;
  /** Of the clients that the API server trusts by certificate. */
  clientAuthority: Authority;
  tokens: KubeTokens;
  serviceAccountKey: string;
  adminPair: KeyPair;
  /** Writes a kubeconfig for a component and answers its path. */
  kubeconfig(file: string, pair: KeyPair): Promise<string>;
}>;

/** Makes everything that names and proves: authorities, certificates, static tokens, the service accounts' key. */
export async function createIdentity({ enclosure, plan }: ControlPlaneParts): Promise<Identity> {
  const folder = join(enclosure.directory, "identity");
  await mkdir(folder, { mode: 0o700 });
  const authority = createAuthority(`${enclosure.name} servers`);
  const clientAuthority = createAuthority(`${enclosure.name} clients`);
  const frontProxyAuthority = createAuthority(`${enclosure.name} front proxy`);
  const tokens = { admin: secret(), viewer: secret(), nobody: secret() };
  const server = `https://${plan.address}:6443`;
  const serviceAccountKey = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    privateKeyEncoding: { type: "sec1", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const kubernetes = [
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
  ];
  const hosts = [plan.address, plan.serviceAddress, "127.0.0.1", "localhost", "::1", ...kubernetes];
  const adminPair = clientAuthority.issue({ commonName: "admin", organizations: ["system:masters"] });
  const put = (file: string, text: string): Promise<void> => writeFile(join(folder, file), text, { mode: 0o600 });
  const putPair = async (file: string, { cert, key }: KeyPair): Promise<void> =>
    void (await Promise.all([put(`${file}.crt`, cert), put(`${file}.key`, key)]));
  await Promise.all([
    put("ca.crt", authority.cert),
    putPair("client-ca", clientAuthority),
    putPair("apiserver", authority.issue({ commonName: "kube-apiserver", hosts })),
    putPair(
      "kubelet-client",
      clientAuthority.issue({ commonName: "kube-apiserver", organizations: ["system:masters"] }),
    ),
    put("front-proxy-ca.crt", frontProxyAuthority.cert),
    putPair("front-proxy", frontProxyAuthority.issue({ commonName: "front-proxy-client" })),
    put("service-accounts.key", serviceAccountKey.privateKey),
    put("service-accounts.pub", serviceAccountKey.publicKey),
    put("tokens.csv", tokenFile(tokens)),
  ]);
  return {
    folder,
    server,
    authority,
    clientAuthority,
    tokens,
    serviceAccountKey: serviceAccountKey.privateKey,
    adminPair,
    async kubeconfig(file, pair) {
      await put(file, kubeconfigOf({ name: enclosure.name, server, ca: authority.cert, credential: pair }));
      return join(folder, file);
    },
  };
}

const secret = (): string => randomBytes(24).toString("base64url");

/** kube-apiserver --token-auth-file: token, user, uid, groups. Read only at its start. */
const tokenFile = (tokens: KubeTokens): string =>
  [
    `${tokens.admin},admin,admin,"system:masters"`,
    `${tokens.viewer},viewer,viewer`,
    `${tokens.nobody},nobody,nobody`,
    "",
  ].join("\n");

export function startEtcd({ enclosure, plan, etcd }: ControlPlaneParts): Daemon {
  const client = `http://${plan.address}:${etcdPort}`;
  const peer = "http://127.0.0.1:2380";
  const flags = flagsOf({
    "data-dir": join(enclosure.directory, "etcd"),
    "listen-client-urls": client,
    "advertise-client-urls": client,
    "listen-peer-urls": peer,
    "initial-advertise-peer-urls": peer,
    "initial-cluster": `default=${peer}`,
    "unsafe-no-fsync": "true",
    "log-level": "warn",
    "quota-backend-bytes": String(4 * 2 ** 30),
  });
  return enclosure.daemon("etcd", [...enclosure.enter, etcd, ...flags]);
}

const flagsOf = (flags: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(flags).map(([name, value]) => `--${name}=${value}`);

export function startApiServer(parts: ControlPlaneParts, identity: Identity, extra: readonly string[]): Daemon {
  const { enclosure, plan, binaries } = parts;
  const file = (name: string): string => join(identity.folder, name);
  const flags = flagsOf({
    "advertise-address": plan.address,
    "secure-port": "6443",
    "etcd-servers": `http://${plan.address}:${etcdPort}`,
    "authorization-mode": "Node,RBAC",
    "enable-admission-plugins": "NodeRestriction",
    "token-auth-file": file("tokens.csv"),
    "client-ca-file": file("client-ca.crt"),
    "tls-cert-file": file("apiserver.crt"),
    "tls-private-key-file": file("apiserver.key"),
    "kubelet-client-certificate": file("kubelet-client.crt"),
    "kubelet-client-key": file("kubelet-client.key"),
    "kubelet-preferred-address-types": "InternalIP",
    "requestheader-client-ca-file": file("front-proxy-ca.crt"),
    "requestheader-allowed-names": "front-proxy-client",
    "requestheader-username-headers": "X-Remote-User",
    "requestheader-group-headers": "X-Remote-Group",
    "requestheader-extra-headers-prefix": "X-Remote-Extra-",
    "proxy-client-cert-file": file("front-proxy.crt"),
    "proxy-client-key-file": file("front-proxy.key"),
    "service-account-issuer": issuer,
    "service-account-signing-key-file": file("service-accounts.key"),
    "service-account-key-file": file("service-accounts.pub"),
    // A pod's token then really ends when it says.
    "service-account-extend-token-expiration": "false",
    "service-cluster-ip-range": plan.serviceCidrs.join(","),
    "allow-privileged": "true",
    "shutdown-delay-duration": "0s",
  });
  // A start makes much and keeps it: collecting garbage less often takes a quarter of its CPU time away, for 80 MB.
  const start = ["env", "GOGC=400", join(binaries, "kube-apiserver")];
  return enclosure.daemon("kube-apiserver", [...enclosure.enter, ...start, ...flags, ...extra]);
}

/** Resolves when /readyz answers ok; rejects with the log's last lines when a process ended before. */
export async function untilReady(identity: Identity, daemons: readonly Daemon[], signal?: AbortSignal): Promise<void> {
  const url = `${identity.server}/readyz`;
  await until(
    "the API server to be ready",
    async () => {
      // What is asked before anybody listens may be lost: asked again soon.
      const access = { ca: identity.authority.cert, token: identity.tokens.admin };
      const answer = await readBody(url, { ...access, timeoutMs: 5_000 });
      return answer.body === "ok";
    },
    { timeoutMs: 180_000, everyMs: 25, signal, failEarly: () => assertRunning(daemons) },
  );
}

/** Controller manager and scheduler, without leader election. */
export async function startControllers(parts: ControlPlaneParts, identity: Identity): Promise<readonly Daemon[]> {
  const { enclosure, binaries } = parts;
  const file = (name: string): string => join(identity.folder, name);
  const pair = (user: string): KeyPair => identity.clientAuthority.issue({ commonName: user });
  const [manager, scheduler] = await Promise.all([
    identity.kubeconfig("controller-manager.kubeconfig", pair("system:kube-controller-manager")),
    identity.kubeconfig("scheduler.kubeconfig", pair("system:kube-scheduler")),
  ]);
  const start = (name: string, args: readonly string[]): Daemon =>
    enclosure.daemon(name, [
      ...enclosure.enter,
      join(binaries, name),
      "--leader-elect=false",
      "--bind-address=127.0.0.1",
      ...args,
    ]);
  return [
    start("kube-controller-manager", [
      `--kubeconfig=${manager}`,
      "--use-service-account-credentials=true",
      // Taints follow a node's state by this period; the default of 5 s is most of a start.
      "--node-monitor-period=1s",
      // Nor does a start wait for the client's own limit.
      "--kube-api-qps=500",
      "--kube-api-burst=1000",
      `--service-account-private-key-file=${file("service-accounts.key")}`,
      `--root-ca-file=${file("ca.crt")}`,
      `--cluster-signing-cert-file=${file("client-ca.crt")}`,
      `--cluster-signing-key-file=${file("client-ca.key")}`,
    ]),
    start("kube-scheduler", [`--kubeconfig=${scheduler}`]),
  ];
}
