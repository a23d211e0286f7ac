import { type X509Certificate } from "node:crypto";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { checkServerIdentity, connect as connectTls, createSecureContext, type SecureContext } from "node:tls";
import { type Clock, HeddleError, messageOf, systemCodeOf } from "../../base/index.ts";
import { type ClusterAccess, type CredentialValue } from "../access.ts";
import { authoritiesOf } from "./authorities.ts";
import { type Destination, openTunnel, parseProxy } from "./proxy.ts";
import { isTlsFailure, tlsError } from "./tls-error.ts";

export type ConnectorOptions = Readonly<{
  access: Pick<ClusterAccess, "server" | "tls" | "proxyUrl">;
  certificate: CredentialValue["certificate"];
  clock: Clock;
  pingIntervalMs: number;
  /** Told of each connection's certificate. */
  onCertificate: (certificate: X509Certificate) => void;
}>;

/** What ALPN offers, in this order. */
export type Protocols = readonly ("h2" | "http/1.1")[];

/**
 * Opens a connection to the API server. Fails with HEDDLE_CLUSTER_TLS or HEDDLE_CLUSTER_UNREACHABLE, or with the reason of
 * `signal`.
 */
export type Connector = (protocols: Protocols, signal: AbortSignal) => Promise<Socket>;

const connectTimeoutMs = 10_000;

/** TCP or the cluster's own proxy, then TLS as `access` says. Every connection verifies the server in full. */
export function createConnector(options: ConnectorOptions): Connector {
  const { access, clock } = options;
  const url = new URL(access.server);
  const secure = url.protocol === "https:";
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const destination = { host, port: url.port === "" ? (secure ? 443 : 80) : Number(url.port) };
  // Made at the first connection: reading the system's authorities takes a third of a second.
  let secureContext: SecureContext | undefined;
  let proxyContext: SecureContext | undefined;

  return async (protocols, signal) => {
    const attempt: Attempt = { access, expectedName: access.tls.serverName ?? host, nowMs: clock.nowMs() };
    const limit = new AbortController();
    const message = `no connection within ${connectTimeoutMs / 1000} s`;
    const stop = clock.after(connectTimeoutMs, () =>
      limit.abort(Object.assign(new Error(message), { code: "ETIMEDOUT" })),
    );
    try {
      const either = AbortSignal.any([signal, limit.signal]);
      if (secure) secureContext ??= secureContextOf(options);
      const below = await openBelow(destination, either);
      below.setNoDelay(true);
      // libuv probes each second from then on, ten times: a dead host is noticed without HTTP/2's pings too.
      below.setKeepAlive(true, options.pingIntervalMs);
      if (secureContext === undefined) return below;
      return await openTls({ below, secureContext, protocols }, attempt, either);
    } catch (error) {
      signal.throwIfAborted();
      throw connectError(error, attempt);
    } finally {
      stop();
      if (attempt.certificate !== undefined) options.onCertificate(attempt.certificate);
    }
  };

  async function openBelow(destination: Destination, signal: AbortSignal): Promise<Socket> {
    if (access.proxyUrl === undefined) return openTcp(destination, signal);
    const secureContext = (): SecureContext =>
      (proxyContext ??= createSecureContext({ ca: authoritiesOf(access.tls, "and the system's") }));
    return openTunnel(parseProxy(access.proxyUrl), destination, { secureContext, signal });
  }
}

/** What is known of one attempt to connect; the certificate comes with the handshake. */
type Attempt = {
  readonly access: ConnectorOptions["access"];
  readonly expectedName: string;
  readonly nowMs: number;
  certificate?: X509Certificate | undefined;
};

function openTcp({ host, port }: Destination, signal: AbortSignal): Promise<Socket> {
  const socket = connectTcp({ host, port });
  return opened(socket, "connect", signal);
}

type TlsParts = Readonly<{ below: Socket; secureContext: SecureContext; protocols: Protocols }>;

async function openTls(
  { below, secureContext, protocols }: TlsParts,
  attempt: Attempt,
  signal: AbortSignal,
): Promise<Socket> {
  const { expectedName, access } = attempt;
  const socket = connectTls({
    socket: below,
    secureContext,
    ALPNProtocols: [...protocols],
    rejectUnauthorized: !access.tls.insecure,
    // An address is no server name (RFC 6066 §3), but it is checked against the certificate.
    servername: isIP(expectedName) === 0 ? expectedName : "",
    checkServerIdentity: (_name, certificate) => checkServerIdentity(expectedName, certificate),
  });
  // Before Node's own listener, which destroys a socket whose certificate it refuses.
  socket.prependListener("secure", () => {
    attempt.certificate = socket.getPeerX509Certificate();
  });
  return opened(socket, "secureConnect", signal);
}

/** The socket once `event` has come; destroyed when an error or the signal comes first. */
function opened(socket: Socket, event: "connect" | "secureConnect", signal: AbortSignal): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const onAbort = (): void => {
    socket.destroy();
    reject(signal.reason);
  };
  const onOpen = (): void => resolve(socket);
  const onClose = (): void => reject(new Error("the connection was closed before it was complete"));
  socket.once(event, onOpen).once("error", reject).once("close", onClose);
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  return promise.finally(() => {
    signal.removeEventListener("abort", onAbort);
    socket.off(event, onOpen).off("error", reject).off("close", onClose);
    // A socket that nobody took fails quietly.
    if (socket.destroyed) socket.on("error", () => {});
  });
}

function connectError(error: unknown, { access, ...attempt }: Attempt): HeddleError {
  if (error instanceof HeddleError) return error;
  const server = access.server;
  if (isTlsFailure(error))
    return tlsError({ error, server, trusted: access.tls.ca === undefined ? "system" : "own", ...attempt });
  const code = systemCodeOf(error);
  return new HeddleError(`cannot connect to ${server}: ${messageOf(error)}`, {
    code: "HEDDLE_CLUSTER_UNREACHABLE",
    retryable: true,
    cause: error,
    details: { ...(code !== undefined && { systemCode: code }) },
  });
}

function secureContextOf({ access, certificate }: ConnectorOptions): SecureContext {
  try {
    return createSecureContext({ ca: authoritiesOf(access.tls, "instead of the system's"), ...certificate });
  } catch (cause) {
    const which = certificate === undefined ? "" : " or the client certificate and its key";
    throw new HeddleError(
      `the certificate authority${which} for ${access.server} cannot be used: ${messageOf(cause)}`,
      {
        code: "HEDDLE_CLUSTER_TLS",
        cause,
      },
    );
  }
}
