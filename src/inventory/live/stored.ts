import { type RecordedObject } from "../../catalog/index.ts";
import { stringAt } from "../../model/index.ts";
import { type Store } from "../model.ts";
import { type KindOfCluster } from "./teller.ts";

const pageSize = 500;

/** Every object of one kind that the store holds; the event loop turns between pages. */
export async function storedObjects(
  store: Store,
  { cluster, resource }: KindOfCluster,
  signal: AbortSignal,
): Promise<readonly RecordedObject[]> {
  const found: RecordedObject[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.query({ clusters: [cluster], kinds: [resource], limit: pageSize, cursor }, signal);
    for (const { ref, object } of page.objects) {
      const { namespace = "", name } = ref;
      const resourceVersion = stringAt(object(), "metadata", "resourceVersion") ?? "";
      found.push({ uid: ref.uid ?? `${namespace}/${name}`, namespace, name, resourceVersion });
    }
    cursor = page.next;
  } while (cursor !== undefined);
  return found;
}
