/** Everything needed to talk to one API server, resolved from any way in. Never logged: it leads to secrets. */
export type ClusterAccess = Readonly<{
  /** Base URL without a trailing slash; may carry a path prefix: "https://10.0.0.1:6443", "https://rancher/k8s/clusters/c-1". */
  server: string;
  tls: TlsAccess;
  credential: Credential;
  /** http, https or socks5 proxy of this cluster only; the environment's proxies are never used silently for another. */
  proxyUrl?: string;
  impersonate?: Impersonation;
  /** Said to the user once: "certificate verification is off (insecure-skip-tls-verify)". */
  warnings: readonly string[];
}>;

export type TlsAccess = Readonly<{
  /** PEM; undefined trusts the system's authorities. */
  ca?: string;
  /** Checked against the certificate and sent as SNI instead of the URL's host. */
  serverName?: string;
  insecure: boolean;
}>;

/** A user, and groups, uid and extra fields, to act as. */
export type Impersonation = Readonly<{
  user: string;
  uid?: string;
  groups: readonly string[];
  extra: Readonly<Record<string, readonly string[]>>;
}>;

/** What proves who we are at this moment. */
export type CredentialValue = Readonly<{
  token?: string;
  basic?: Readonly<{ username: string; password: string }>;
  /** PEM. A change of certificate means new connections. */
  certificate?: Readonly<{ cert: string; key: string }>;
}>;

/** A source of credentials that keeps itself current: files are re-read, plugins run again before expiry. */
export type Credential = Readonly<{
  /** For messages, without secrets: "token file /var/run/…", "exec plugin aws-iam-authenticator". */
  description: string;
  /** Cheap when nothing has to be renewed. Fails with HEDDLE_CREDENTIAL_…; concurrent calls share one renewal. */
  get(signal?: AbortSignal): Promise<CredentialValue>;
  /**
   * The server answered 401: the next `get` reads or runs anew. With the value that was `refused`, nothing happens when
   * it is no longer what `get` answers: someone has renewed it already.
   */
  invalidate(refused?: CredentialValue): void;
}>;
