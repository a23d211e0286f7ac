import { X509Certificate } from "node:crypto";
import { type CredentialValue } from "../access.ts";
import { createConnector, type Connector, type ConnectorOptions } from "./connector.ts";
import { createAnswer, type Job, type Transport } from "./exchange.ts";
import { createHttp1, type Http1 } from "./http1.ts";
import { createHttp2Pool } from "./http2-pool.ts";

/** Connections of one client, opened when needed, kept apart by what they carry. */
export type Lanes = Readonly<{
  /** Single requests, lists and logs. */
  requests: Transport;
  /** Watches, so that nothing waits behind them nor they behind a long list. */
  watches: Transport;
  /** HTTP/1.1 for WebSockets. */
  sockets: Pick<Http1, "dispatcher">;
}>;

/** The lanes of each client certificate that a credential has had. */
export type LanesByCertificate = Readonly<{
  /** Another certificate than before gets new connections; the old finish what they began. */
  with(certificate: CredentialValue["certificate"]): Lanes;
  /** When the client certificate of the newest connections ends; undefined without one. */
  certificateExpiresAtMs(): number | undefined;
  /** Breaks every connection; what waits or streams is told `reason`. */
  destroy(reason: Error): Promise<void>;
}>;

export type LanesOptions = Omit<ConnectorOptions, "certificate"> & Readonly<{ origin: string }>;

type OwnLanes = Lanes & Readonly<{ close(): Promise<void>; destroy(reason: Error): Promise<void> }>;

/** Connects to nothing yet. */
export function createLanes(options: LanesOptions): LanesByCertificate {
  let current: Readonly<{ certificate: CredentialValue["certificate"]; lanes: OwnLanes }> | undefined;
  const retired = new Set<OwnLanes>();
  const retire = (lanes: OwnLanes): void => {
    retired.add(lanes);
    void lanes.close().finally(() => retired.delete(lanes));
  };
  return {
    with(certificate) {
      if (current !== undefined && sameCertificate(current.certificate, certificate)) return current.lanes;
      if (current !== undefined) retire(current.lanes);
      current = { certificate, lanes: openLanes({ ...options, certificate }) };
      return current.lanes;
    },
    certificateExpiresAtMs: () => expiryOf(current?.certificate),
    async destroy(reason) {
      const all = [...retired, ...(current ? [current.lanes] : [])];
      await Promise.all(all.map((lanes) => lanes.destroy(reason)));
    },
  };
}

const sameCertificate = (a: CredentialValue["certificate"], b: CredentialValue["certificate"]): boolean =>
  a?.cert === b?.cert && a?.key === b?.key;

function expiryOf(certificate: CredentialValue["certificate"]): number | undefined {
  if (certificate === undefined) return undefined;
  try {
    return new X509Certificate(certificate.cert).validToDate.getTime();
  } catch {
    // The connector refuses it in words.
    return undefined;
  }
}

const megabyte = 1024 * 1024;

function openLanes(options: LanesOptions & ConnectorOptions): OwnLanes {
  const ended = new AbortController();
  const connector = createConnector(options);
  const lane = (streamWindowBytes: number): Lane =>
    openLane({ ...options, connector, streamWindowBytes }, ended.signal);
  // Large windows for throughput over long distances; a watch brings little at a time.
  const [requests, watches] = [lane(4 * megabyte), lane(megabyte)];
  const sockets = createHttp1({ origin: options.origin, connect: () => connector(["http/1.1"], ended.signal) });
  return {
    requests: requests.exchange,
    watches: watches.exchange,
    sockets,
    async close() {
      await Promise.all([requests.close(), watches.close(), sockets.close()]);
    },
    async destroy(reason) {
      ended.abort(reason);
      await Promise.all([requests.destroy(reason), watches.destroy(reason), sockets.destroy(reason)]);
    },
  };
}

type LaneOptions = LanesOptions & Readonly<{ connector: Connector; streamWindowBytes: number }>;
type Lane = Readonly<{ exchange: Transport; close(): Promise<void>; destroy(reason: Error): Promise<void> }>;

/** How long a server that chose HTTP/1.1 is not asked for HTTP/2 again. */
const http1RestMs = 10 * 60_000;

/** HTTP/2 where the server takes it, else HTTP/1.1 with a connection for each request of the moment. */
function openLane({ connector, ...options }: LaneOptions, signal: AbortSignal): Lane {
  const { origin, clock } = options;
  const plain = origin.startsWith("http:");
  let http1UntilMs = plain ? Number.POSITIVE_INFINITY : 0;
  const http1 = createHttp1({ origin, connect: () => connector(["http/1.1"], signal) });
  const http2 = createHttp2Pool({
    ...options,
    connect: () => connector(["h2", "http/1.1"], signal),
    onHttp1(jobs) {
      http1UntilMs = clock.monotonicMs() + http1RestMs;
      for (const job of jobs) http1.run(job);
    },
  });
  return {
    exchange(request, signal) {
      const answer = createAnswer(signal);
      const job: Job = { request, answer };
      if (answer.settled()) return answer.exchange;
      if (clock.monotonicMs() < http1UntilMs) http1.run(job);
      else http2.run(job);
      return answer.exchange;
    },
    async close() {
      http2.close();
      await http1.close();
    },
    async destroy(reason) {
      http2.destroy(reason);
      await http1.destroy(reason);
    },
  };
}
