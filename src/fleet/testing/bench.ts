import assert from "node:assert/strict";
import { type Clock, createSeededRandom, silentLogger, systemClock } from "../../base/index.ts";
import { type ClusterHealth } from "../../model/index.ts";
import { createFleet } from "../fleet.ts";
import { type Fleet, type FleetOptions } from "../model.ts";
import { type PlannedCluster } from "../plan/model.ts";
import { healthOf } from "./real-fleet.ts";
import { createThinApi, plannedAt, type ThinApi } from "./thin-api.ts";

type KeyPair = Readonly<{ cert: string; key: string }>;

/** What signs servers' certificates. */
type Authority = Readonly<{
  cert: string;
  issue(options: Readonly<{ commonName: string; hosts: readonly string[] }>): KeyPair;
}>;
type AnyServer = AsyncDisposable & Readonly<{ url: string }>;

/** An entry and the server that it leads to; `ca` (PEM) vouches for it. */
export type Place<Server> = Readonly<{ api: ThinApi; server: Server; ca: string; planned: PlannedCluster }>;

/** Makes places and fleets, and closes what it made. */
export type Bench<Server> = Readonly<{
  /** A server of its own. Two with one `uid` are one cluster; without `authority` each has its own. */
  place(id: string, uid?: string, authority?: Authority): Promise<Place<Server>>;
  fleetOf(clusters: readonly PlannedCluster[], options?: Partial<FleetOptions>, clock?: Clock): Fleet;
  close(): Promise<void>;
}>;

/** The parts of the test bed that it works with: a TLS server on loopback, and an authority for it. */
export type BenchDeps<Server> = Readonly<{
  startServer(options: Readonly<{ keys: KeyPair; handler: ThinApi["handler"] }>): Promise<Server>;
  createAuthority(name: string): Authority;
}>;

export function createBench<Server extends AnyServer>(deps: BenchDeps<Server>): Bench<Server> {
  const opened: AsyncDisposable[] = [];
  return {
    async place(id, uid = `uid-of-${id}`, authority = deps.createAuthority(id)) {
      const api = createThinApi(uid);
      const keys = authority.issue({ commonName: id, hosts: ["127.0.0.1"] });
      const server = await deps.startServer({ keys, handler: api.handler });
      opened.push(server);
      const ca = authority.cert;
      return { api, server, ca, planned: plannedAt(id, { server: server.url, ca }) };
    },
    fleetOf(clusters, options = {}, clock = systemClock) {
      const deps = { clock, random: createSeededRandom(1), log: silentLogger };
      const fleet = createFleet(deps, { clusters, connectTimeoutMs: 20_000, checkIntervalMs: 20, ...options });
      opened.push(fleet);
      return fleet;
    },
    async close() {
      for (const one of opened.splice(0).toReversed()) await one[Symbol.asyncDispose]();
    },
  };
}

/** Resolves when the fleet tells this state; fails after a minute. */
export async function becomes(fleet: Fleet, id: string, state: ClusterHealth["state"]): Promise<void> {
  const limit = AbortSignal.timeout(60_000);
  for await (const { info, health } of fleet.changes(limit)) if (info.id === id && health.state === state) return;
  assert.fail(`${id} did not become ${state}, it is ${healthOf(fleet, id).state}: ${healthOf(fleet, id).reason}`);
}
