import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSeededRandom, systemClock } from "../../base/index.ts";
import { openFleet } from "../../fleet/testing/real-fleet.ts";
import { createStore, createStoreReader, createTextLister } from "../../inventory/index.ts";
import { followInto } from "../../inventory/testing/follow-into.ts";
import { sessionFromWire } from "../../model/index.ts";
import { describeReader, type OpenedReader, type ReaderImplementation } from "../../model/testing/reader-contract.ts";
import { createServer } from "../../server/index.ts";
import { quietDeps } from "../../server/testing/open-server.ts";
import { findServer } from "../../main/find-server.ts";
import { connectToServer } from "./connection.ts";
import { createServerReader } from "./reader.ts";

/** Secrets are left out: what the store does not hold is asked of the clusters. */
const kinds = ["configmaps", "nodes", "pods", "namespaces"];

/** A server on the contexts' clusters, found by its token file and asked over HTTP as commands do. */
const open: ReaderImplementation["open"] = async (folder, contexts): Promise<OpenedReader> => {
  const clock = systemClock;
  await using parts = new AsyncDisposableStack();
  const { fleet, reader: direct, ids, ...opened } = await openFleet(join(folder, "config"), contexts);
  parts.use(opened);
  const store = createStore({ clock });
  const ended = new AbortController();
  parts.defer(() => ended.abort());
  await Promise.allSettled(ids.map((id) => followInto({ store, fleet }, { id, kinds }, ended.signal)));
  const readerDeps = { store, fleet, direct, clock };
  const runtimeFolder = await mkdtemp(join(tmpdir(), "heddle-runtime-"));
  parts.defer(() => rm(runtimeFolder, { recursive: true }));
  const server = parts.use(
    createServer(
      {
        ...quietDeps(),
        fleet,
        reader: createStoreReader(readerDeps),
        listText: createTextLister(readerDeps),
        store,
      },
      {
        listen: "127.0.0.1:0",
        runtimeFolder: join(runtimeFolder, "heddle"),
        enableMutations: false,
        version: "0.0.0-test",
      },
    ),
  );
  const { address } = await server.listen();
  const port = Number(new URL(address).port);
  const found = await findServer({ host: "127.0.0.1", port }, { XDG_RUNTIME_DIR: runtimeFolder });
  if ("missing" in found) throw new Error(found.missing);
  const connection = parts.use(connectToServer(found.access, clock));
  const told = sessionFromWire(await connection.json({ path: "/api/session", signal: new AbortController().signal }));
  const reader = createServerReader({ connection, clock, random: createSeededRandom(1) }, told.clusters);
  const stop = parts.move();
  return { reader, ids, [Symbol.asyncDispose]: () => stop.disposeAsync() };
};

describeReader({ name: "a server's reader, over HTTP", freshness: "live", open });
