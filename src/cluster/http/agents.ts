import { X509Certificate } from "node:crypto";
import { Agent, type Dispatcher } from "undici";
import { type CredentialValue } from "../access.ts";
import { createConnector, type ConnectorOptions } from "./connector.ts";

/** What a request is, as far as its connection is concerned. */
export type Lane = "requests" | "watches" | "sockets";

export type Agents = Readonly<{
  /** The dispatcher for one kind of request, on connections that show `certificate`. */
  lane(lane: Lane, certificate: CredentialValue["certificate"]): Dispatcher;
  /** When the client certificate of the newest connections ends; undefined without one. */
  certificateExpiresAtMs(): number | undefined;
  /** Breaks every connection; what waits or streams is told `reason`. */
  destroy(reason: Error): Promise<void>;
}>;

export type AgentsOptions = Omit<ConnectorOptions, "certificate" | "onCertificate"> &
  Readonly<{ onServerCertificate: (certificate: X509Certificate) => void }>;

type Lanes = Readonly<{ certificate: CredentialValue["certificate"]; lanes: Map<Lane, Agent> }>;

/** Connections of one client, opened when needed. Another certificate gets new ones; the old finish what they began. */
export function createAgents(options: AgentsOptions): Agents {
  let current: Lanes | undefined;
  const retired = new Set<Agent>();

  const lanesFor = (certificate: CredentialValue["certificate"]): Lanes => {
    if (current !== undefined && sameCertificate(current.certificate, certificate)) return current;
    for (const agent of current?.lanes.values() ?? []) retire(agent);
    current = { certificate, lanes: new Map() };
    return current;
  };
  const retire = (agent: Agent): void => {
    retired.add(agent);
    void agent.close().finally(() => retired.delete(agent));
  };
  return {
    lane(lane, certificate) {
      const { lanes } = lanesFor(certificate);
      const known = lanes.get(lane);
      if (known !== undefined) return known;
      const agent = createAgent({ ...options, certificate, onCertificate: options.onServerCertificate }, lane);
      lanes.set(lane, agent);
      return agent;
    },
    certificateExpiresAtMs: () => expiryOf(current?.certificate),
    async destroy(reason) {
      const all = [...(current?.lanes.values() ?? []), ...retired];
      current = undefined;
      await Promise.all(all.map((agent) => agent.destroy(reason)));
    },
  };
}

function expiryOf(certificate: CredentialValue["certificate"]): number | undefined {
  if (certificate === undefined) return undefined;
  try {
    return new X509Certificate(certificate.cert).validToDate.getTime();
  } catch {
    // The connector refuses it in words.
    return undefined;
  }
}

const sameCertificate = (a: CredentialValue["certificate"], b: CredentialValue["certificate"]): boolean =>
  a?.cert === b?.cert && a?.key === b?.key;

/** Streams on one connection before the next is opened; API servers allow 100 by default. */
const streamsPerConnection = 100;
const megabyte = 1024 * 1024;
/** client-go keeps an idle connection as long. */
const idleTimeoutMs = 90_000;

function createAgent(options: ConnectorOptions, lane: Lane): Agent {
  const http1 = lane === "sockets";
  return new Agent({
    connect: createConnector(options, http1 ? "http1" : "h2-first"),
    allowH2: !http1,
    // Watches must not wait for each other, even where a proxy speaks HTTP/1.1 only.
    connections: lane === "requests" ? 64 : null,
    keepAliveTimeout: idleTimeoutMs,
    keepAliveMaxTimeout: idleTimeoutMs,
    headersTimeout: 0,
    bodyTimeout: 0,
    h2Options: {
      maxConcurrentStreams: streamsPerConnection,
      pingInterval: options.pingIntervalMs,
      // Throughput on long distances; node:http2 gives a connection's window back as soon as bytes arrive, so a
      // stream that nobody reads holds its own window only.
      connectionWindowSize: 16 * megabyte,
      settings: { initialWindowSize: lane === "watches" ? megabyte : 4 * megabyte },
    },
  });
}
