import { type KubeObject, stringAt } from "../../model/index.ts";
import { type ApiContext } from "../api/context.ts";
import { type StoreEvent } from "../store/model.ts";
import { createActor } from "./actor.ts";
import { affectedBy } from "./affected.ts";
import { createChoosers } from "./choosers.ts";
import { stepDaemonSet } from "./daemon-set.ts";
import { definitionCollection, stepDefinition } from "./definition.ts";
import { stepDeployment } from "./deployment.ts";
import { stepDisruptionBudget } from "./disruption-budget.ts";
import { stepService } from "./endpoint-slice.ts";
import { createEventWriter } from "./event-writer.ts";
import { afterDeletion, collectGarbage } from "./garbage.ts";
import { stepJob } from "./job.ts";
import { defaultPace, type KubeletPace, stepPod } from "./kubelet.ts";
import { type Intent, isEnding, type Step, type TimedStep, type View } from "./model.ts";
import { stepNamespace } from "./namespace.ts";
import { noticesOf } from "./notices.ts";
import { createOwnership } from "./ownership.ts";
import { stepReplicaSet } from "./replica-set.ts";
import { stepStatefulSet } from "./stateful-set.ts";
import { createWorkQueue, type Place, placeKey } from "./work-queue.ts";

const steps: ReadonlyMap<string, Step> = new Map([
  ["deployments.apps", stepDeployment],
  ["replicasets.apps", stepReplicaSet],
  ["statefulsets.apps", stepStatefulSet],
  ["daemonsets.apps", stepDaemonSet],
  ["jobs.batch", stepJob],
  ["services", stepService],
  ["poddisruptionbudgets.policy", stepDisruptionBudget],
  ["namespaces", stepNamespace],
  [definitionCollection, stepDefinition],
]);

export type Controllers = Disposable & Readonly<{ happen(happening: (view: View) => readonly Intent[]): void }>;

export type ControllersOptions = Readonly<{
  pace?: KubeletPace;
  /** Events are written of what happens from then on. */
  eventsSinceMs?: number;
  /** False: nobody acts but who calls `happen`. */
  stepping?: boolean;
}>;

/**
 * Runs the controllers on what changes: each step is pure, what it wants is written, and what that changes is looked at
 * again. What takes time waits for the clock.
 */
export function startControllers(context: ApiContext, options: ControllersOptions = {}): Controllers {
  const { pace = defaultPace, stepping = true, eventsSinceMs = 0 } = options;
  const { store, clock } = context;
  const ownership = createOwnership(store);
  const choosers = createChoosers(store);
  const actor = createActor(context, ownership);
  const moments = createMoments(clock);
  const queue = createWorkQueue(clock, (place) => {
    const object = store.get(place.collection, place.namespace, place.name)?.object();
    if (object === undefined) return;
    const { intents, againInMs } = next(place.collection, object, {
      view: actor.view(),
      sinceMs: moments.sinceMs(place),
      pace,
    });
    actor.act(intents);
    if (againInMs !== undefined) queue.addLater(place, againInMs);
  });
  const events = createEventWriter();
  const tell = ({ collection, type, before, after }: StoreEvent): void => {
    if (clock.nowMs() < eventsSinceMs) return;
    const seen = { collection, before: before?.object(), after: type === "deleted" ? undefined : after.object() };
    for (const notice of noticesOf(seen)) actor.act(events.intents(notice, actor.view()));
  };
  const see = (event: StoreEvent): void => {
    const { collection, type, after } = event;
    const place: Place = { collection, namespace: after.namespace, name: after.name };
    const object = after.object();
    tell(event);
    if (collection === "pods") moments.see(place, event);
    if (type === "deleted") actor.act(afterDeletion(object, actor.view()));
    else if (collection === "pods" || steps.has(collection) || isEnding(object)) queue.add(place);
    const before = event.before?.object();
    for (const affected of affectedBy({ collection, object, before }, { store, ownership, choosers }))
      queue.add(affected);
  };
  const stop = stepping ? store.subscribe(see) : () => {};
  for (const collection of [...steps.keys(), "pods"])
    for (const { namespace, name } of store.list(collection)) queue.add({ collection, namespace, name });
  return {
    happen: (happening) => actor.act(happening(actor.view())),
    [Symbol.dispose]() {
      stop();
      queue[Symbol.dispose]();
    },
  };
}

type Surroundings = Readonly<{ view: View; sinceMs: number; pace: KubeletPace }>;

/** What holds an ending object comes first, then what its kind does. */
function next(collection: string, object: KubeObject, { view, ...timing }: Surroundings): TimedStep {
  const held = isEnding(object) ? collectGarbage(collection)(object, view) : [];
  if (held.length > 0) return { intents: held };
  if (collection === "pods") return stepPod(object, view, timing);
  return { intents: steps.get(collection)?.(object, view) ?? [] };
}

/** Since when each pod is as it is, in what a pod waits for. */
function createMoments(clock: ApiContext["clock"]) {
  const changedAtMs = new Map<string, number>();
  return {
    see(place: Place, { type, before, after }: StoreEvent): void {
      if (type === "deleted") changedAtMs.delete(placeKey(place));
      else if (before === undefined || momentOf(before.object()) !== momentOf(after.object()))
        changedAtMs.set(placeKey(place), clock.nowMs());
    },
    sinceMs: (place: Place): number => clock.nowMs() - (changedAtMs.get(placeKey(place)) ?? 0),
  };
}

const momentOf = (pod: KubeObject): string =>
  [isEnding(pod), stringAt(pod["spec"], "nodeName"), stringAt(pod["status"], "phase")].join(" ");
