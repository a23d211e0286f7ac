import { type RecordedObject } from "../../catalog/index.ts";
import { type Change, type KubeObject, type Resource } from "../../model/index.ts";
import { type Digest, identityOnly, recordOf } from "./ledger.ts";
import { isAfter, isComparable } from "./resource-version.ts";

/**
 * Compares what a follower tells that goes on where kept texts end, with what was told before the process began. What
 * is kept may be older than what was told, by a kill, or newer, when it could not be recorded.
 */
export type Resumption = Readonly<{
  /** Changes that the follower told, in order. */
  digest(changes: readonly Change[]): Digest;
  /** Whether nothing repeats itself any more, now that everything up to there was digested. */
  isOver(resourceVersion: string): boolean;
  /** Then: what is still different is news, in parts between which the event loop may turn. */
  settle(): Generator<Digest>;
}>;

export type ResumptionOptions = Readonly<{
  resource: Pick<Resource, "group" | "version" | "kind">;
  /** What subscribers were told that there is, and the resourceVersion up to which they were told everything. */
  told: Iterable<RecordedObject>;
  toldTo: string;
  /** Nothing that is kept is later than this. */
  keptTo: string;
  /** What is kept. The follower's own memory is ahead of what it tells, by what came in one piece. */
  kept: Iterable<RecordedObject>;
  /** The object as the store has it, where that is still the same. */
  find(object: RecordedObject): KubeObject | undefined;
}>;

/** Objects compared before the event loop may turn. */
const partSize = 2_000;

export function createResumption(options: ResumptionOptions): Resumption {
  const { resource, toldTo, keptTo, find } = options;
  /** The object as it was last told, by uid. */
  const told = new Map<string, RecordedObject>();
  for (const object of options.told) told.set(object.uid, object);
  /** The object as the store has it. */
  const stored = new Map<string, RecordedObject>();
  for (const object of options.kept) stored.set(object.uid, object);

  const isOld = (version: string): boolean => isComparable(version) && !isAfter(version, toldTo);
  const newsOf = (change: Change): Change | undefined => {
    const now = recordOf(change.object);
    // One that is found missing is told in the version that was known, however old that is.
    const isMissing = change.type === "deleted" && change.finalState === "unknown";
    if (!isMissing && isOld(now.resourceVersion)) return undefined;
    const before = told.get(now.uid);
    if (change.type === "deleted") return told.delete(now.uid) ? change : undefined;
    if (before?.resourceVersion === now.resourceVersion && now.resourceVersion !== "") return undefined;
    told.set(now.uid, now);
    return { ...change, type: before === undefined ? "created" : "updated" };
  };
  const differenceOf = (object: RecordedObject): Change | undefined => {
    const before = told.get(object.uid);
    const state = before?.resourceVersion === object.resourceVersion ? undefined : find(object);
    return state && { type: before === undefined ? "created" : "updated", object: state };
  };
  return {
    digest(apply) {
      for (const { type, object } of apply) {
        const now = recordOf(object);
        if (type === "deleted") stored.delete(now.uid);
        else stored.set(now.uid, now);
      }
      const news = apply.map(newsOf).filter((change) => change !== undefined);
      return { apply, news, unrecorded: news };
    },
    isOver: (version) => isComparable(version) && !isAfter(toldTo, version) && !isAfter(keptTo, version),
    *settle() {
      for (const part of partsOf(told.values())) {
        const gone = part.filter(({ uid }) => !stored.has(uid));
        yield newsOnly(
          gone.map((object) => ({
            type: "deleted",
            object: identityOnly(resource, object),
            finalState: "unknown",
          })),
        );
      }
      for (const part of partsOf(stored.values()))
        yield newsOnly(part.map(differenceOf).filter((change) => change !== undefined));
    },
  };
}

/** The store has it already. */
const newsOnly = (news: readonly Change[]): Digest => ({ apply: [], news, unrecorded: news });

function* partsOf<T>(values: Iterable<T>): Generator<readonly T[]> {
  let part: T[] = [];
  for (const value of values) {
    part.push(value);
    if (part.length < partSize) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}
