import { type KubeObject, objectAt } from "../../model/index.ts";
import { type ObjectStore } from "../store/model.ts";
import { type Place } from "./work-queue.ts";

/** Which services choose a pod. */
export type Choosers = Readonly<{ of(pod: KubeObject): readonly Place[] }>;

type Selector = readonly (readonly [key: string, value: unknown])[];

/** Follows the store's services: a pod changes often, and what chooses it seldom. */
export function createChoosers(store: ObjectStore): Choosers {
  const byNamespace = new Map<string, Map<string, Selector>>();
  const see = (namespace: string, name: string): void => {
    const stored = store.get("services", namespace, name);
    const selectors = byNamespace.get(namespace) ?? new Map<string, Selector>();
    byNamespace.set(namespace, selectors);
    const selector = Object.entries(objectAt(stored?.object()["spec"], "selector"));
    if (selector.length === 0) selectors.delete(name);
    else selectors.set(name, selector);
  };
  for (const { namespace, name } of store.list("services")) see(namespace, name);
  store.subscribe(({ collection, after }) => {
    if (collection === "services") see(after.namespace, after.name);
  });
  return {
    of: ({ metadata: { namespace = "", labels = {} } }) =>
      [...(byNamespace.get(namespace) ?? [])]
        .filter(([, selector]) => selector.every(([key, value]) => labels[key] === value))
        .map(([name]) => ({ collection: "services", namespace, name })),
  };
}
