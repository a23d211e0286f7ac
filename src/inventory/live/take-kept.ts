import { type Clock, createSharedBreather } from "../../base/index.ts";
import { type KeptTexts, type RecordedObject } from "../../catalog/index.ts";
import { type TakenObject } from "../intake/model.ts";
import { type Store } from "../model.ts";
import { type KindOfCluster } from "./teller.ts";

/** Objects taken in before the event loop may turn. */
const sliceSize = 100;

/** Brings what is kept of a kind into the store. Fails when it cannot be read whole: then some of it may be there. */
export async function takeKept(
  { store, clock }: Readonly<{ store: Store; clock: Clock }>,
  { cluster, resource, kept }: KindOfCluster & Readonly<{ kept: KeptTexts }>,
  signal: AbortSignal,
): Promise<readonly RecordedObject[]> {
  // All kinds of all clusters begin at once, and whoever asks meanwhile is to be answered.
  const { pause } = createSharedBreather(clock, signal);
  const read = store.restoring(resource);
  const found: RecordedObject[] = [];
  for await (const block of kept.blocks(signal)) {
    for (let turn = pause(); turn !== undefined; turn = pause()) await turn;
    const objects = read(block);
    for (let start = 0; start < objects.length; start += sliceSize) {
      for (let turn = pause(); turn !== undefined; turn = pause()) await turn;
      signal.throwIfAborted();
      const slice = objects.slice(start, start + sliceSize);
      store.take(cluster, resource, { objects: slice });
      for (const object of slice) found.push(recordOf(object));
    }
  }
  return found;
}

const recordOf = ({ uid, namespace, name, resourceVersion }: TakenObject): RecordedObject => ({
  uid,
  namespace,
  name,
  resourceVersion,
});
