import { type Random } from "../../base/index.ts";
import { type KubeObject } from "../../model/index.ts";
import { type ApiContext } from "../api/context.ts";
import { deleteObject } from "../api/delete.ts";
import { StatusFailure } from "../api/status-failure.ts";
import { createObject, update } from "../api/write.ts";
import { type ServedResource } from "../kinds/model.ts";
import { type Intent, namespaceOf, type View } from "./model.ts";
import { type Ownership } from "./ownership.ts";

/** Carries out what steps want, by the verbs that a client has. */
export type Actor = Readonly<{ view(): View; act(intents: readonly Intent[]): void }>;

export function createActor(context: ApiContext, ownership: Ownership): Actor {
  const { store, clock, random, catalogue } = context;
  const resourceOf = (collection: string): ServedResource | undefined =>
    catalogue.all().find((resource) => resource.collection === collection);
  const actOne = (intent: Intent): void => {
    const resource = resourceOf(intent.collection);
    if (intent.type === "remove") return void store.remove(intent.collection, intent.namespace, intent.name);
    if (resource === undefined) return;
    const place = (namespace: string) => (resource.namespaced ? { resource, namespace } : { resource });
    if (intent.type === "create")
      return void createObject(context, place(namespaceOf(intent.object)), { body: intent.object, dryRun: false });
    if (intent.type === "delete") {
      const request = {
        propagation: undefined,
        graceSeconds: undefined,
        uid: undefined,
        resourceVersion: undefined,
        dryRun: false,
      };
      return void deleteObject(context, { ...place(intent.namespace), name: intent.name }, request);
    }
    if ("object" in intent) change(resource, intent);
  };
  const change = (
    resource: ServedResource,
    { type, object }: Extract<Intent, Readonly<{ object: KubeObject }>>,
  ): void => {
    const before = store.get(resource.collection, namespaceOf(object), object.metadata.name)?.object();
    if (before === undefined || before.metadata.uid !== object.metadata.uid) return;
    const target = { resource, name: object.metadata.name, ...(type === "status" ? { subresource: "status" } : {}) };
    // A controller's own view may be a moment old; what it wants is still what it wants.
    const given = {
      ...object,
      metadata: { ...object.metadata, resourceVersion: before.metadata.resourceVersion ?? "" },
    };
    update(context, target, { before, given, dryRun: false });
  };
  return {
    view: () => ({
      nowMs: clock.nowMs(),
      random,
      get: (collection, namespace, name) => store.get(collection, namespace, name)?.object(),
      list: (collection, namespace) => store.list(collection, { namespace }).map((stored) => stored.object()),
      sample: (collection, count) => sampleOf(store.list(collection), count, random).map((stored) => stored.object()),
      ownedBy: ownership.ownedBy,
      inNamespace: ownership.inNamespace,
    }),
    act(intents) {
      for (const intent of intents) {
        try {
          actOne(intent);
        } catch (error) {
          // As any client's, a controller's request may come too late; its next look tells.
          if (!(error instanceof StatusFailure)) throw error;
        }
      }
    },
  };
}

function sampleOf<T>(all: readonly T[], count: number, random: Random): readonly T[] {
  if (all.length <= count) return all;
  const chosen = new Set<T>();
  while (chosen.size < count) {
    const found = all[Math.floor(random() * all.length)];
    if (found !== undefined) chosen.add(found);
  }
  return [...chosen];
}
