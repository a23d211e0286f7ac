import { type TestContext } from "node:test";
import { type Logger, silentLogger, systemClock, systemRandom } from "../../base/index.ts";
import { type Catalog, createMemoryCatalog } from "../../catalog/index.ts";
import { createBus, createChangeStream } from "../../events/index.ts";
import { createClusterReader, createFleet } from "../../fleet/index.ts";
import { createLive, createStore, createStoreReader, createTextLister, type Store } from "../../inventory/index.ts";
import { plannedFor } from "../../inventory/live/testing/real-live.ts";
import { createCounts } from "../metrics/counts.ts";
import { type ServerOptions } from "../model.ts";
import { type OpenedServer, openServer, quietDeps } from "./open-server.ts";

/** A server on real clusters, as `heddle serve` composes it, and what it answers from. */
export type RealServer = OpenedServer & Readonly<{ store: Store; catalog: Catalog }>;

export type RealClusters = Readonly<Record<string, Readonly<{ server: string; ca: string; adminToken: string }>>>;

/** Listens, then begins to follow these clusters; everything is closed after the test. */
export async function openRealServer(
  t: Pick<TestContext, "after">,
  clusters: RealClusters,
  options: Partial<ServerOptions> & Readonly<{ log?: Logger }> = {},
): Promise<RealServer> {
  const { log = silentLogger, ...serverOptions } = options;
  const [clock, random] = [systemClock, systemRandom];
  const counts = createCounts();
  const planned = Object.entries(clusters).map(([id, kube]) => plannedFor(id, kube, kube.adminToken));
  const fleet = createFleet({ clock, random, log, onRequest: counts.onRequest }, { clusters: planned });
  const store = createStore({ clock });
  const catalog = createMemoryCatalog({ clock });
  const bus = counts.counting(createBus({ startsAfter: catalog.log.bounds().last }));
  const live = createLive({ fleet, store, catalog, bus, clock, random, log }, {});
  const readerDeps = { store, fleet, direct: createClusterReader(fleet, { clock, random }), clock };
  const opened = await openServer(
    t,
    {
      ...quietDeps(),
      fleet,
      reader: createStoreReader(readerDeps),
      listText: createTextLister(readerDeps),
      store,
      live,
      changes: createChangeStream({ bus, log: catalog.log }),
      bus,
      catalog,
      counts,
      log,
    },
    serverOptions,
  );
  t.after(async () => {
    await live[Symbol.asyncDispose]();
    bus.close();
    await fleet[Symbol.asyncDispose]();
  });
  fleet.start();
  live.start();
  return { ...opened, store, catalog };
}
