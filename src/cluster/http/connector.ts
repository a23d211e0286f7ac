import { type X509Certificate } from "node:crypto";
import { type Socket } from "node:net";
import { createSecureContext, getCACertificates, TLSSocket } from "node:tls";
import { callbackify } from "node:util";
import { buildConnector } from "undici";
import { type Clock, HeddleError, messageOf, systemCodeOf } from "../../base/index.ts";
import { type ClusterAccess, type CredentialValue } from "../access.ts";
import { watchLiveness } from "./liveness.ts";
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
    const servername = access.tls.serverName ?? target.servername;
    let certificate: X509Certificate | undefined;
    const { promise, resolve, reject } = Promise.withResolvers<Socket>();
    connect ??= createTlsConnector(options, protocols);
    const named = { ...target, ...(servername !== undefined && { servername }) };
    const opened: unknown = connect(named, (error, socket) => (error ? reject(error) : resolve(socket)));
    // Before Node's own listener, which destroys a socket whose certificate it refuses.
    if (opened instanceof TLSSocket) {
      opened.prependListener("secure", () => {
        certificate = opened.getPeerX509Certificate();
      });
    }
    try {
      const socket = await promise;
      if (certificate !== undefined) options.onCertificate(certificate);
      if (socket instanceof TLSSocket && socket.alpnProtocol === "h2") watchLiveness(socket, { clock, pingIntervalMs });
      return socket;
    } catch (error) {
      throw connectError(error, {
        access,
        expectedName: servername ?? target.hostname,
        certificate,
        nowMs: clock.nowMs(),
      });
    }
  }
}

type Attempt = Readonly<{
  access: ConnectorOptions["access"];
  expectedName: string;
  certificate: X509Certificate | undefined;
  nowMs: number;
}>;

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
function createTlsConnector(
  { access, certificate, pingIntervalMs }: ConnectorOptions,
  protocols: Protocols,
): Connector {
  const ca = access.tls.ca ?? [...getCACertificates("default"), ...getCACertificates("system")];
  return buildConnector({
    secureContext: createSecureContext({ ca, ...certificate }),
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
