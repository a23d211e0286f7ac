import { type KubeObject } from "../../model/index.ts";
import { type ObjectStore } from "../store/model.ts";
import { type Choosers } from "./choosers.ts";
import { definitionCollection } from "./definition.ts";
import { isEnding, namespaceOf } from "./model.ts";
import { type Ownership } from "./ownership.ts";
import { type Place } from "./work-queue.ts";

/** Whom a change of an object concerns beside itself: its owners, what ends with it, what chooses it, what it may carry. */
export const affectedBy = (
  { collection, object, before }: Readonly<{ collection: string; object: KubeObject; before: KubeObject | undefined }>,
  { store, ownership, choosers }: Readonly<{ store: ObjectStore; ownership: Ownership; choosers: Choosers }>,
): readonly Place[] => [
  ...ownership.ownersOf(object),
  ...endingHome(object, store),
  ...placesOf(definitionCollection, store).filter((place) => isEndingAt(place, store)),
  ...(collection === "pods"
    ? [...choosers.of(object), ...(relabelled(before, object) ? choosers.of(before) : [])]
    : []),
  ...(collection === "nodes" ? [...placesOf("daemonsets.apps", store), ...unboundPods(store)] : []),
];

const relabelled = (before: KubeObject | undefined, after: KubeObject): before is KubeObject =>
  before !== undefined && JSON.stringify(before.metadata.labels) !== JSON.stringify(after.metadata.labels);

const placesOf = (collection: string, store: ObjectStore, namespace?: string): readonly Place[] =>
  store.list(collection, { namespace }).map(({ namespace, name }) => ({ collection, namespace, name }));

const isEndingAt = ({ collection, namespace, name }: Place, store: ObjectStore): boolean => {
  const object = store.get(collection, namespace, name)?.object();
  return object !== undefined && isEnding(object);
};

/** A namespace on its way out waits for what is in it. */
function endingHome(object: KubeObject, store: ObjectStore): readonly Place[] {
  const home: Place = { collection: "namespaces", namespace: "", name: namespaceOf(object) };
  return isEndingAt(home, store) ? [home] : [];
}

const unboundPods = (store: ObjectStore): readonly Place[] =>
  placesOf("pods", store).filter(
    ({ namespace, name }) => store.get("pods", namespace, name)?.text.includes('"nodeName"') === false,
  );
