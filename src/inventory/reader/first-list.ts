import { abortable } from "../../base/index.ts";
import { type ClusterId, type Resource, type ResourceQuery } from "../../model/index.ts";
import { kindName } from "../kind-ref.ts";
import { type StoreReaderDeps } from "./model.ts";

/** For so long nothing may come of a first list before it is no longer waited for. */
const patienceMs = 2_000;

/** A list of everything costs the cluster what the first list costs: the one under way is there sooner than a second. */
export const isWorthWaiting = ({ names, namespace, labelSelector, fieldSelector }: ResourceQuery): boolean =>
  names === undefined && namespace === undefined && !labelSelector && !fieldSelector;

/** Resolves when a kind's first list is whole, when the kind is dropped, or when nothing has come of it for a while. */
export async function untilListed(
  { store, clock }: Pick<StoreReaderDeps, "store" | "clock">,
  { id, resource }: Readonly<{ id: ClusterId; resource: Resource }>,
  signal: AbortSignal,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const isMeant = (told: Readonly<{ cluster: ClusterId; resource: Resource }>): boolean =>
    told.cluster === id && kindName(told.resource) === kindName(resource);
  let cancel = clock.after(patienceMs, resolve);
  const stops = [
    store.subscribe((applied) => {
      if (!isMeant(applied)) return;
      cancel();
      cancel = clock.after(patienceMs, resolve);
    }),
    store.subscribeKinds((change) => {
      if (isMeant(change) && change.state?.complete !== false) resolve();
    }),
  ];
  try {
    await abortable(promise, signal);
  } finally {
    cancel();
    for (const stop of stops) stop();
  }
}
