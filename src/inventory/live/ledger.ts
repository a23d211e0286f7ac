import { type RecordedObject } from "../../catalog/index.ts";
import { apiVersionOf, type Change, type KubeObject, type Resource } from "../../model/index.ts";

/**
 * What came of some changes, each in order: what the store applies, what is news to who heard everything so far, and
 * what the catalog does not know yet.
 */
export type Digest = Readonly<{
  apply: readonly Change[];
  news: readonly Change[];
  unrecorded: readonly Change[];
}>;

/**
 * Compares a follower's first list, which tells every object as created, with what was told before it began. Pure but
 * for what it remembers.
 */
export type Ledger = Readonly<{
  /** Nothing was told and nothing is stored: each object of the list is only to be applied and recorded. */
  isBlind: boolean;
  /** Changes that the follower told before its list was whole. */
  digest(changes: readonly Change[]): Digest;
  /** The list is whole: what was there before and not listed is gone. These changes, too, are to be digested. */
  end(): readonly Change[];
}>;

export type LedgerOptions = Readonly<{
  resource: Pick<Resource, "group" | "version" | "kind">;
  /** What subscribers were told that there is; "nothing-yet": they are told of the whole list by one event, not here. */
  told: Iterable<RecordedObject> | "nothing-yet";
  /** What the store holds. */
  stored: Iterable<RecordedObject>;
}>;

/** An object that was made again under the same name is told as deleted, then as created. */
export function createLedger({ resource, told: toldBefore, stored }: LedgerOptions): Ledger {
  const isSilent = toldBefore === "nothing-yet";
  /** The version last told, by uid. */
  const told = new Map<string, string>();
  const unseen = new Map<string, RecordedObject>();
  /** Subscribers and store may know different objects by one name. */
  const namesakes = [stored, isSilent ? [] : toldBefore].map((before) => {
    const uidByName = new Map<string, string>();
    for (const object of before) {
      unseen.set(object.uid, object);
      uidByName.set(nameKey(object), object.uid);
      if (before === toldBefore) told.set(object.uid, object.resourceVersion);
    }
    return uidByName;
  });

  const forget = (object: RecordedObject, into: Change[]): void => {
    unseen.delete(object.uid);
    into.push({ type: "deleted", object: identityOnly(resource, object), finalState: "unknown" });
  };
  /** What was known by its name with another uid must be gone. */
  const see = (object: RecordedObject, into: Change[]): void => {
    unseen.delete(object.uid);
    if (unseen.size === 0) return;
    for (const uidByName of namesakes) {
      const namesake = unseen.get(uidByName.get(nameKey(object)) ?? "");
      if (namesake !== undefined) forget(namesake, into);
    }
  };
  /** The change as it is news; undefined when it is none. */
  const newsOf = (change: Change): Change | undefined => {
    if (isSilent) return undefined;
    const { uid, resourceVersion } = recordOf(change.object);
    const before = told.get(uid);
    if (change.type === "deleted") return told.delete(uid) ? change : undefined;
    if (before === resourceVersion && resourceVersion !== "") return undefined;
    told.set(uid, resourceVersion);
    return { ...change, type: before === undefined ? "created" : "updated" };
  };
  const digestOf = (apply: readonly Change[]): Digest => {
    const news = apply.map(newsOf).filter((change) => change !== undefined);
    return { apply, news, unrecorded: isSilent ? apply : news };
  };
  return {
    isBlind: isSilent && unseen.size === 0,
    digest(changes) {
      const apply: Change[] = [];
      for (const change of changes) {
        see(recordOf(change.object), apply);
        apply.push(change);
      }
      return digestOf(apply);
    },
    end() {
      const missing: Change[] = [];
      for (const object of Array.from(unseen.values())) forget(object, missing);
      return missing;
    },
  };
}

/** What is recorded of an object. Objects of a few aggregated APIs have no uid: their name is all they are. */
export function recordOf({ metadata }: KubeObject): RecordedObject {
  const { name, namespace = "", resourceVersion = "" } = metadata;
  return { uid: metadata.uid ?? `${namespace}/${name}`, namespace, name, resourceVersion };
}

const nameKey = ({ namespace, name }: RecordedObject): string => `${namespace}/${name}`;

/** What is left of an object that was not seen before it was gone. */
export function identityOnly(resource: LedgerOptions["resource"], object: RecordedObject): KubeObject {
  const { uid, namespace, name, resourceVersion } = object;
  const metadata = { name, ...(namespace === "" ? {} : { namespace }), uid, resourceVersion };
  return { apiVersion: apiVersionOf(resource), kind: resource.kind, metadata };
}
