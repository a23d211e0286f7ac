import { type X509Certificate } from "node:crypto";
import { type Socket } from "node:net";
import { createSecureContext, getCACertificates, type SecureContext, TLSSocket } from "node:tls";
import { callbackify } from "node:util";
import { buildConnector } from "undici";
import { type Clock, HeddleError, messageOf, systemCodeOf } from "../../base/index.ts";
import { type ClusterAccess, type CredentialValue, type TlsAccess } from "../access.ts";
import { watchLiveness } from "./liveness.ts";
import { openTunnel, parseProxy } from "./proxy.ts";
import { isTlsFailure, tlsError } from "./tls-error.ts";

export type ConnectorOptions = Readonly<{
  access: Pick<ClusterAccess, "server" | "tls" | "proxyUrl">;
  certificate: CredentialValue["certificate"];
  clock: Clock;
  pingIntervalMs: number;
  /** Told of each connection's certificate. */
  onCertificate: (certificate: X509Certificate) => void;
}>;

/** What is offered by ALPN. */
export type Protocols = "h2-first" | "http1";

export type Connector = buildConnector.connector;

const connectTimeoutMs = 10_000;

/**
 * Opens connections to one API server: TLS as `access` says, HTTP/2 offered first, watched for silence. Every failure
 * is a HeddleError: HEDDLE_CLUSTER_TLS or HEDDLE_CLUSTER_UNREACHABLE. Nothing has been sent when it fails.
 */
export function createConnector(options: ConnectorOptions, protocols: Protocols): Connector {
  const { access, clock, pingIntervalMs } = options;
  let connect: Connector | undefined;
  const openWithCallback = callbackify(open);
  return (target, callback) =>
    openWithCallback(target, (error, socket) => {
      if (error) callback(error, null);
      else callback(null, socket);
    });

  async function open(target: buildConnector.Options): Promise<Socket> {
    const attempt: Attempt = { access, expectedName: access.tls.serverName ?? target.hostname, nowMs: clock.nowMs() };
    try {
      const tunnel = await openOwnTunnel(target);
      // buildConnector puts TLS on a given socket, but has nothing to do for plain HTTP.
      if (tunnel !== undefined && target.protocol === "http:") return tunnel;
      const servername = access.tls.serverName ?? target.servername;
      connect ??= createTlsConnector(options, protocols);
      const named = { ...target, ...(servername !== undefined && { servername }) };
      const socket = await connected(connect, { ...named, ...(tunnel && { httpSocket: tunnel }) }, attempt);
      if (attempt.certificate !== undefined) options.onCertificate(attempt.certificate);
      if (socket instanceof TLSSocket && socket.alpnProtocol === "h2") watchLiveness(socket, { clock, pingIntervalMs });
      return socket;
    } catch (error) {
      throw connectError(error, attempt);
    }
  }

  async function openOwnTunnel({ hostname, port, protocol }: buildConnector.Options): Promise<Socket | undefined> {
    if (access.proxyUrl === undefined) return undefined;
    const destination = { host: hostname, port: Number(port) || (protocol === "https:" ? 443 : 80) };
    const ca = authoritiesOf(access.tls, "and the system's");
    return openTunnel(parseProxy(access.proxyUrl), destination, { clock, timeoutMs: connectTimeoutMs, ca });
  }
}

/** What is known of one attempt to connect; the certificate comes with the handshake. */
type Attempt = {
  readonly access: ConnectorOptions["access"];
  readonly expectedName: string;
  readonly nowMs: number;
  certificate?: X509Certificate | undefined;
};

function connected(connect: Connector, target: buildConnector.Options, attempt: Attempt): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const opened: unknown = connect(target, (error, socket) => (error ? reject(error) : resolve(socket)));
  // Before Node's own listener, which destroys a socket whose certificate it refuses.
  if (opened instanceof TLSSocket) {
    opened.prependListener("secure", () => {
      attempt.certificate = opened.getPeerX509Certificate();
    });
  }
  return promise;
}

function connectError(error: unknown, { access, expectedName, certificate, nowMs }: Attempt): HeddleError {
  if (error instanceof HeddleError) return error;
  const server = access.server;
  if (isTlsFailure(error)) return tlsError({ error, expectedName, server, certificate, nowMs });
  const code = systemCodeOf(error);
  return new HeddleError(`cannot connect to ${server}: ${messageOf(error)}`, {
    code: "HEDDLE_CLUSTER_UNREACHABLE",
    retryable: true,
    cause: error,
    details: { ...(code !== undefined && { systemCode: code }) },
  });
}

/** Made at the first connection, once: parsing authorities takes milliseconds. */
function createTlsConnector(options: ConnectorOptions, protocols: Protocols): Connector {
  const { access, pingIntervalMs } = options;
  return buildConnector({
    secureContext: secureContextOf(options),
    rejectUnauthorized: !access.tls.insecure,
    allowH2: protocols === "h2-first",
    preferH2: true,
    timeout: connectTimeoutMs,
    keepAlive: true,
    // libuv probes each second from then on, ten times: a dead host is noticed without HTTP/2 too.
    keepAliveInitialDelay: pingIntervalMs,
    // Each connection verifies the server in full: Node skips the check of the name on resumed sessions.
    maxCachedSessions: 0,
  });
}

function secureContextOf({ access, certificate }: ConnectorOptions): SecureContext {
  try {
    return createSecureContext({ ca: authoritiesOf(access.tls, "instead of the system's"), ...certificate });
  } catch (cause) {
    const which =
      certificate === undefined
        ? "the certificate authority"
        : "the certificate authority or the client certificate and its key";
    throw new HeddleError(`${which} for ${access.server} cannot be used: ${messageOf(cause)}`, {
      code: "HEDDLE_CLUSTER_TLS",
      cause,
    });
  }
}

/** PEM. A cluster's own authority replaces the system's for the cluster; a proxy's may be signed by either. */
function authoritiesOf({ ca }: TlsAccess, own: "instead of the system's" | "and the system's"): string[] {
  const system = (): string[] => [...getCACertificates("default"), ...getCACertificates("system")];
  if (ca === undefined) return system();
  return own === "and the system's" ? [ca, ...system()] : [ca];
}
