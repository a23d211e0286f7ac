import { type KubeObject } from "../../model/index.ts";
import { type ApiContext } from "../api/context.ts";
import { type StoreEvent } from "../store/model.ts";
import { createActor } from "./actor.ts";
import { stepDaemonSet } from "./daemon-set.ts";
import { definitionCollection, stepDefinition } from "./definition.ts";
import { stepDeployment } from "./deployment.ts";
import { stepService } from "./endpoint-slice.ts";
import { afterDeletion, collectGarbage } from "./garbage.ts";
import { stepJob } from "./job.ts";
import { defaultPace, type KubeletPace, stepPod } from "./kubelet.ts";
import { isEnding, namespaceOf, type Step, type TimedStep } from "./model.ts";
import { stepNamespace } from "./namespace.ts";
import { stepReplicaSet } from "./replica-set.ts";
import { stepStatefulSet } from "./stateful-set.ts";
import { createOwnership } from "./ownership.ts";

const steps: ReadonlyMap<string, Step> = new Map([
  ["deployments.apps", stepDeployment],
  ["replicasets.apps", stepReplicaSet],
  ["statefulsets.apps", stepStatefulSet],
  ["daemonsets.apps", stepDaemonSet],
  ["jobs.batch", stepJob],
  ["services", stepService],
  ["namespaces", stepNamespace],
  [definitionCollection, stepDefinition],
]);

type Name = Readonly<{ collection: string; namespace: string; name: string }>;

export type Controllers = Disposable & Readonly<{ /** Works until nothing is left to do now. */ settle(): void }>;

/**
 * Runs the controllers on what changes: each step is pure, what it wants is written, and what that changes is looked at
 * again. What takes time waits for the clock.
 */
export function startControllers(context: ApiContext, pace: KubeletPace = defaultPace): Controllers {
  const { store, clock } = context;
  const ownership = createOwnership(store);
  const actor = createActor(context, ownership);
  const dirty = new Map<string, Name>();
  const timers = new Map<string, () => void>();
  const changedAtMs = new Map<string, number>();
  let planned: (() => void) | undefined;

  const mark = (name: Name): void => {
    dirty.set(`${name.collection} ${name.namespace} ${name.name}`, name);
    planned ??= clock.after(0, work);
  };
  const work = (): void => {
    planned = undefined;
    for (let round = 0; round < 200 && dirty.size > 0; round++) {
      const [[key, name] = []] = dirty;
      if (key === undefined || name === undefined) break;
      dirty.delete(key);
      look(key, name);
    }
    if (dirty.size > 0) planned ??= clock.after(0, work);
  };
  const look = (key: string, { collection, namespace, name }: Name): void => {
    const object = store.get(collection, namespace, name)?.object();
    if (object === undefined) return;
    const { intents, againInMs } = stepOf(key, collection, object);
    actor.act(intents);
    if (againInMs === undefined || timers.has(key)) return;
    const cancel = clock.after(againInMs, () => {
      timers.delete(key);
      mark({ collection, namespace, name });
    });
    timers.set(key, cancel);
  };
  const stepOf = (key: string, collection: string, object: KubeObject): TimedStep => {
    const view = actor.view();
    const held = isEnding(object) ? collectGarbage(collection)(object, view) : [];
    if (held.length > 0) return { intents: held };
    if (collection !== "pods") return { intents: steps.get(collection)?.(object, view) ?? [] };
    return stepPod(object, view, { sinceMs: clock.nowMs() - (changedAtMs.get(key) ?? 0), pace });
  };
  const onEvent = (event: StoreEvent): void => {
    const { collection, type, after } = event;
    const key = `${collection} ${after.namespace} ${after.name}`;
    const object = after.object();
    if (collection === "pods") trackPod(key, event);
    if (type === "deleted") actor.act(afterDeletion(object, actor.view()));
    else if (collection === "pods" || steps.has(collection) || isEnding(object))
      mark({ collection, namespace: after.namespace, name: after.name });
    for (const affected of affectedBy(collection, object)) mark(affected);
  };
  const trackPod = (key: string, { type, before, after }: StoreEvent): void => {
    if (type === "deleted") changedAtMs.delete(key);
    else if (before === undefined || momentOf(before.object()) !== momentOf(after.object()))
      changedAtMs.set(key, clock.nowMs());
  };
  const affectedBy = (collection: string, object: KubeObject): readonly Name[] => [
    ...ownership.ownersOf(object),
    ...terminating(object),
    ...(collection === "pods" ? servicesOf(object) : []),
    ...(collection === "nodes" ? [...namesOf("daemonsets.apps"), ...waitingPods()] : []),
  ];
  /** A namespace on its way out waits for what was in it; a definition for its objects. */
  const terminating = (object: KubeObject): readonly Name[] => {
    const home = store.get("namespaces", "", namespaceOf(object))?.object();
    const definitions = namesOf(definitionCollection).filter(({ name }) =>
      isEnding(store.get(definitionCollection, "", name)?.object() ?? object),
    );
    return [
      ...(home !== undefined && isEnding(home)
        ? [{ collection: "namespaces", namespace: "", name: home.metadata.name }]
        : []),
      ...definitions,
    ];
  };
  const namesOf = (collection: string): readonly Name[] =>
    store.list(collection).map(({ namespace, name }) => ({ collection, namespace, name }));
  const waitingPods = (): readonly Name[] =>
    namesOf("pods").filter(
      ({ namespace, name }) => store.get("pods", namespace, name)?.text.includes('"nodeName"') === false,
    );
  const servicesOf = (pod: KubeObject): readonly Name[] =>
    store
      .list("services", { namespace: namespaceOf(pod) })
      .map(({ namespace, name }) => ({ collection: "services", namespace, name }));

  const stop = store.subscribe(onEvent);
  for (const collection of [...steps.keys(), "pods"]) for (const name of namesOf(collection)) mark(name);
  return {
    settle: work,
    [Symbol.dispose]() {
      stop();
      planned?.();
      for (const cancel of timers.values()) cancel();
    },
  };
}

/** What a pod waits for changes when this does. */
const momentOf = ({ metadata, spec, status }: KubeObject): string =>
  JSON.stringify([
    metadata.deletionTimestamp !== undefined,
    (spec as { nodeName?: string } | undefined)?.nodeName,
    (status as { phase?: string } | undefined)?.phase,
  ]);
