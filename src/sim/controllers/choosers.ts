import { type KubeObject, objectAt } from "../../model/index.ts";
import { type ObjectStore } from "../store/model.ts";
import { type Place } from "./work-queue.ts";

/** Which services and disruption budgets choose a pod. */
export type Choosers = Readonly<{ of(pod: KubeObject): readonly Place[] }>;

type Selector = readonly (readonly [key: string, value: unknown])[];

/** What chooses pods, and by which labels. */
const selectors: ReadonlyMap<string, (object: KubeObject) => Selector> = new Map([
  ["services", (object: KubeObject) => Object.entries(objectAt(object["spec"], "selector"))],
  [
    "poddisruptionbudgets.policy",
    (object: KubeObject) => Object.entries(objectAt(object["spec"], "selector", "matchLabels")),
  ],
]);

type Choice = Readonly<{ place: Place; selector: Selector }>;

/** Follows what chooses in the store: a pod changes often, and what chooses it seldom. */
export function createChoosers(store: ObjectStore): Choosers {
  const byNamespace = new Map<string, Map<string, Choice>>();
  const see = (place: Place): void => {
    const { collection, namespace, name } = place;
    const object = store.get(collection, namespace, name)?.object();
    const choices = byNamespace.get(namespace) ?? new Map<string, Choice>();
    byNamespace.set(namespace, choices);
    const selector = object === undefined ? [] : (selectors.get(collection)?.(object) ?? []);
    if (selector.length === 0) choices.delete(`${collection}/${name}`);
    else choices.set(`${collection}/${name}`, { place: { collection, namespace, name }, selector });
  };
  for (const collection of selectors.keys())
    for (const { namespace, name } of store.list(collection)) see({ collection, namespace, name });
  store.subscribe(({ collection, after: { namespace, name } }) => {
    if (selectors.has(collection)) see({ collection, namespace, name });
  });
  return {
    of: ({ metadata: { namespace = "", labels = {} } }) =>
      [...(byNamespace.get(namespace)?.values() ?? [])]
        .filter(({ selector }) => selector.every(([key, value]) => labels[key] === value))
        .map(({ place }) => place),
  };
}
