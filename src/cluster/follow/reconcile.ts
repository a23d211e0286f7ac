import { apiVersionOf, type Change, type KubeObject, type Resource } from "../../model/index.ts";
import { type KnownObject, type KnownObjects } from "../model.ts";

/**
 * What is known, and what changes it: turns objects as they are listed or watched into changes. Pure but for `known`,
 * which it writes as soon as a change is found.
 */
export type Ledger = Readonly<{
  /** The object exists in this state. Nothing changes when that was known. */
  present(object: KubeObject, via: "listed" | "added" | "modified"): void;
  /** These exist in this state, and others tell so. */
  listed(objects: readonly KnownObject[]): void;
  /** The API server told the end of this object. Nothing changes when it was not known. */
  ended(object: KubeObject): void;
  /** From here on everything known must be seen again; a list that was left unfinished is forgotten. */
  beginList(): void;
  /** What was known and not seen since `beginList` is gone. */
  endList(): void;
  /** Everything known is gone. */
  forgetAll(): void;
  /** The changes found since the last call, in order. */
  take(): readonly Change[];
  size(): number;
}>;

export type LedgerOptions = Readonly<{
  resource: Pick<Resource, "group" | "version" | "kind">;
  known: KnownObjects;
  /** False: there may be objects that are not known, until a list has ended. */
  complete: boolean;
}>;

/** An object that was re-created under the same name during a gap is told as deleted, then as created. */
export function createLedger({ resource, known, complete: completeAtFirst }: LedgerOptions): Ledger {
  let complete = completeAtFirst;
  let changes: Change[] = [];
  /** While a list is read: what must still be seen, by uid, and its uid by name, to find re-created objects. */
  let unseen: Readonly<{ byUid: Map<string, KnownObject>; uidByName: Map<string, string> }> | undefined;

  const forget = (object: KnownObject): void => {
    known.delete(object.uid);
    changes.push({ type: "deleted", object: identityOnly(resource, object), finalState: "unknown" });
  };
  const see = (object: KnownObject): void => {
    if (unseen === undefined || unseen.byUid.size === 0) return;
    unseen.byUid.delete(object.uid);
    const namesake = unseen.byUid.get(unseen.uidByName.get(nameKey(object)) ?? "");
    if (namesake === undefined) return;
    unseen.byUid.delete(namesake.uid);
    forget(namesake);
  };
  return {
    present(object, via) {
      const now = recordOf(object);
      see(now);
      const before = known.get(now.uid);
      if (before !== undefined && before.resourceVersion === now.resourceVersion && now.resourceVersion !== "") return;
      known.set(now);
      const existed = before !== undefined || (!complete && via === "modified");
      changes.push({ type: existed ? "updated" : "created", object });
    },
    listed(objects) {
      for (const object of objects) {
        see(object);
        known.set(object);
      }
    },
    ended(object) {
      const now = recordOf(object);
      see(now);
      if (known.get(now.uid) === undefined && complete) return;
      known.delete(now.uid);
      changes.push({ type: "deleted", object, finalState: "known" });
    },
    beginList() {
      unseen = { byUid: new Map(), uidByName: new Map() };
      for (const object of known.values()) {
        unseen.byUid.set(object.uid, object);
        unseen.uidByName.set(nameKey(object), object.uid);
      }
    },
    endList() {
      for (const object of unseen?.byUid.values() ?? []) forget(object);
      unseen = undefined;
      complete = true;
    },
    forgetAll() {
      unseen = undefined;
      for (const object of Array.from(known.values())) forget(object);
      complete = true;
    },
    take() {
      const taken = changes;
      changes = [];
      return taken;
    },
    size: () => countOf(known.values()),
  };
}

/** Objects of a few aggregated APIs have no uid: their name is all they are. */
function recordOf({ metadata }: KubeObject): KnownObject {
  const { name, namespace = "", resourceVersion = "" } = metadata;
  return { uid: metadata.uid ?? `${namespace}/${name}`, namespace, name, resourceVersion };
}

const nameKey = ({ namespace, name }: KnownObject): string => `${namespace}/${name}`;

function identityOnly(resource: LedgerOptions["resource"], object: KnownObject): KubeObject {
  const { uid, namespace, name, resourceVersion } = object;
  const metadata = { name, ...(namespace === "" ? {} : { namespace }), uid, resourceVersion };
  return { apiVersion: apiVersionOf(resource), kind: resource.kind, metadata };
}

function countOf(values: Iterable<unknown>): number {
  let count = 0;
  for (const _ of values) count += 1;
  return count;
}
