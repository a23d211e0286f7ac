import { createBreather } from "../../base/index.ts";
import { type RecordedObject } from "../../catalog/index.ts";
import { type Change } from "../../model/index.ts";
import { kindName } from "../kind-ref.ts";
import { type KindDeps, type KindHost } from "./kind-host.ts";
import { createLedger } from "./ledger.ts";
import { storedObjects } from "./stored.ts";
import { type KindOfCluster, tell } from "./teller.ts";

const sliceSize = 100;

/**
 * A kind is no longer served: everything of it that was told or stored is gone, and told so. False when the catalog
 * cannot write: then the store has nothing of it any more, and it is to be retired again when it can.
 */
export async function retireKind(
  deps: Pick<KindDeps, "store" | "catalog" | "recorder" | "clock">,
  { id, recorded, resource }: Pick<KindHost, "id" | "recorded"> & Pick<KindOfCluster, "resource">,
  signal: AbortSignal,
): Promise<boolean> {
  const { store, catalog, recorder, clock } = deps;
  const told: RecordedObject[] = [];
  if (!(await recorder.settled(id, signal))) {
    store.dropKind(id, resource);
    return false;
  }
  if (recorded.has(kindName(resource))) for await (const slice of catalog.objects(id, resource)) told.push(...slice);
  const stored = await storedObjects(store, { cluster: id, resource }, signal);
  const ledger = createLedger({ resource, told, stored });
  const missing: readonly Change[] = ledger.end();
  const breather = createBreather(clock, signal);
  for (let start = 0; start < missing.length; start += sliceSize) {
    const digest = ledger.digest(missing.slice(start, start + sliceSize));
    tell(deps, { cluster: id, resource }, { digest });
    await recorder.room(signal);
    await breather.pause();
  }
  abandonKind(deps, { id, recorded, resource });
  return true;
}

/** A kind is no longer followed, though it is served: it is forgotten, and nothing told of its objects. */
export function abandonKind(
  { store, recorder }: Pick<KindDeps, "store" | "recorder">,
  { id, recorded, resource }: Pick<KindHost, "id" | "recorded"> & Pick<KindOfCluster, "resource">,
): void {
  store.dropKind(id, resource);
  recorded.delete(kindName(resource));
  recorder.submit({ cluster: id, work: (catalog) => catalog.dropKind(id, resource) });
}
