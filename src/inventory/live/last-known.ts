import { type Clock, type Logger, messageOf } from "../../base/index.ts";
import { type Catalog, type RecordedKind, type Texts } from "../../catalog/index.ts";
import { type ClusterId, type Resource } from "../../model/index.ts";
import { kindName } from "../kind-ref.ts";
import { type Store } from "../model.ts";
import { addressIdentity, unknownUid } from "./cluster-record.ts";
import { takeKept } from "./take-kept.ts";
import { resourceAsUsual } from "./usual-words.ts";

/**
 * What an earlier process kept of a cluster, shown as stale while this one cannot be asked who it is: that it is still
 * the same cluster is believed until it answers.
 */
export type LastKnown = Readonly<{
  /** Shows it, once. Resolves when all of it is in the store, or `end` was called. Never fails. */
  show(): Promise<void>;
  /**
   * The cluster answers, or is given up. Of what was shown the store keeps these kinds, which are followed from now on;
   * without any, all of it goes.
   */
  end(followed?: readonly Resource[]): Promise<void>;
}>;

export type LastKnownDeps = Readonly<{
  store: Store;
  catalog: Catalog;
  texts?: Texts | undefined;
  clock: Clock;
  log: Logger;
  /** How long it is shown, in milliseconds. */
  cacheTtlMs: number;
}>;

/** `server`: where the cluster is. */
export function createLastKnown(
  { store, catalog, texts, clock, log, cacheTtlMs }: LastKnownDeps,
  { cluster, server }: Readonly<{ cluster: ClusterId; server: string }>,
): LastKnown {
  const stop = new AbortController();
  const shown = new Map<string, RecordedKind>();
  let showing: Promise<void> | undefined;
  let cancelExpiry: (() => void) | undefined;

  const drop = (kind: RecordedKind): void => {
    shown.delete(kindName(kind));
    store.dropKind(cluster, kind);
  };
  const showKind = async (identity: string, kind: RecordedKind): Promise<void> => {
    const resource = resourceAsUsual(kind);
    const kept = await texts?.of({ cluster, identity, kind }).read(stop.signal);
    if (kept === undefined) return;
    shown.set(kindName(kind), kind);
    try {
      await takeKept({ store, clock }, { cluster, resource, kept }, stop.signal);
      stop.signal.throwIfAborted();
      store.restored({ cluster, resource }, kept.savedAtMs);
      store.setFreshness({ cluster, resource }, "stale");
    } catch (error) {
      // Half of a kind is nothing to be shown.
      drop(kind);
      stop.signal.throwIfAborted();
      log.warn({ error: messageOf(error) }, "what was kept of a kind could not be read whole: it is not shown");
    }
  };
  const showAll = async (): Promise<void> => {
    const record = (await catalog.clusters()).find(({ id }) => id === cluster);
    if (record === undefined) return;
    const identity = record.uid === unknownUid ? addressIdentity(server) : record.uid;
    for (const kind of await catalog.kinds(cluster)) {
      if (stop.signal.aborted) return;
      if (kind.toldTo !== undefined) await showKind(identity, kind);
    }
    if (shown.size === 0 || stop.signal.aborted) return;
    cancelExpiry = clock.after(cacheTtlMs, () => [...shown.values()].forEach(drop));
    log.info({ kinds: shown.size }, "the cluster does not answer: what was kept of it is shown as stale");
  };
  return {
    show() {
      if (texts === undefined || stop.signal.aborted) return Promise.resolve();
      showing ??= showAll().catch((error: unknown) => {
        if (!stop.signal.aborted)
          log.warn({ error: messageOf(error) }, "what was kept of a cluster that does not answer could not be shown");
      });
      return showing;
    },
    async end(followed = []) {
      stop.abort(new Error("what is last known is not looked for any more"));
      cancelExpiry?.();
      await showing;
      const kept = new Set(followed.map(kindName));
      for (const kind of shown.values()) if (!kept.has(kindName(kind))) drop(kind);
      shown.clear();
    },
  };
}
