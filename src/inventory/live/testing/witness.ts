import assert from "node:assert/strict";
import {
  type ChangeEvent,
  type ChangeStreamDeps,
  createChangeStream,
  type EventRecord,
} from "../../../events/index.ts";
import { type KubeObject } from "../../../model/index.ts";

/** What a subscriber knows who believes every event, leaves out repeated ids, and keeps nothing else. */
export type Witness = Readonly<{
  /**
   * Listens until the bus closes; may listen to one bus after another, as long as they have one log: as a subscriber
   * who comes back with the sequence heard last.
   */
  hear(source: ChangeStreamDeps, signal: AbortSignal): Promise<void>;
  take(records: readonly Pick<EventRecord, "sequence" | "id" | "text">[]): void;
  /** Each event once, in order. */
  events(): readonly ChangeEvent[];
  /** "created configmaps/a/b", "deleted configmaps/a/b unknown", "synced". */
  words(): readonly string[];
  /** uid → what is known of the object: by events about objects alone. */
  objects(): ReadonlyMap<string, KubeObject>;
  /**
   * What a first sync found, which nobody tells by name: a subscriber reads it when it has heard of the sync, and
   * everything that was published. What is told from then on must be true of exactly that.
   */
  seed(objects: Iterable<KubeObject>): void;
  /** The sequence heard last. */
  last(): number;
  repeated(): number;
  missed(): number;
}>;

export function createWitness(): Witness {
  const events: ChangeEvent[] = [];
  const ids = new Set<string>();
  const objects = new Map<string, KubeObject>();
  let [repeated, missed, last] = [0, 0, 0];
  let isSeeded = false;

  const hearOne = (event: ChangeEvent): void => {
    events.push(event);
    if (event.type === "kubernetes.cluster.synced") return;
    const object = event.data as KubeObject;
    const { uid = "" } = object.metadata;
    const isThere = objects.has(uid);
    const mustBeThere = event.type !== "kubernetes.resource.created";
    if (isSeeded) assert.equal(isThere, mustBeThere, `${wordsOf(event)} was told, and it is there: ${isThere}`);
    if (event.type === "kubernetes.resource.deleted") return void objects.delete(uid);
    objects.set(uid, object);
  };
  const take: Witness["take"] = (records) => {
    for (const { id, sequence, text } of records) {
      assert.ok(sequence > last, "sequences grow");
      last = sequence;
      if (ids.has(id)) repeated += 1;
      else hearOne(JSON.parse(text) as ChangeEvent);
      ids.add(id);
    }
  };
  return {
    async hear(source, signal) {
      const after = last === 0 ? undefined : last;
      for await (const delivery of createChangeStream(source).follow({ after, signal })) {
        if (delivery.type === "missed") missed += delivery.to - delivery.from + 1;
        else take(delivery.records);
      }
    },
    take,
    events: () => events,
    words: () => events.map(wordsOf),
    objects: () => objects,
    last: () => last,
    seed(found) {
      isSeeded = true;
      objects.clear();
      for (const object of found) objects.set(object.metadata.uid ?? "", object);
    },
    repeated: () => repeated,
    missed: () => missed,
  };
}

function wordsOf({ type, subject, finalstate }: ChangeEvent): string {
  const verb = type.split(".").at(-1);
  if (verb === "synced") return "synced";
  return `${verb} ${subject.split("/").slice(1).join("/")}${finalstate === "unknown" ? " unknown" : ""}`;
}
