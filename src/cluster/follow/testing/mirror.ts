import assert from "node:assert/strict";
import { type Change, type KubeObject } from "../../../model/index.ts";
import { type FollowEvent } from "../../model.ts";
import { objectsOf } from "./test-taking.ts";

/** A consumer that believes every word of a follower, and fails at once when the words cannot be true. */
export type Mirror = Readonly<{
  hear(event: FollowEvent): void;
  /** In the order of namespace and name. */
  objects(): readonly KubeObject[];
  /** Every event so far, without the objects: "synced pages 3", "live", "created a", "deleted b unknown". */
  words(): readonly string[];
  lastStatus(): Extract<FollowEvent, { type: "status" }> | undefined;
  synced(): readonly Extract<FollowEvent, { type: "synced" }>[];
  statuses(): readonly Extract<FollowEvent, { type: "status" }>[];
  changes(): number;
}>;

export function createMirror(seed: readonly KubeObject[] = []): Mirror {
  const objects = new Map(seed.map((object) => [uidOf(object), object]));
  const uidByName = new Map(seed.map((object) => [nameOf(object), uidOf(object)]));
  const events: FollowEvent[] = [];

  const change = (change: Change): void => {
    const { object, type } = change;
    const [uid, name] = [uidOf(object), nameOf(object)];
    if (type === "deleted") {
      assert.ok(objects.delete(uid), `${name} (${uid}) was told as deleted, but not as created before`);
      if (uidByName.get(name) === uid) uidByName.delete(name);
      return;
    }
    assert.equal(objects.has(uid), type === "updated", `${name} (${uid}) was told as ${type}`);
    assert.equal(uidByName.get(name) ?? uid, uid, `${name} was told as created again before it was told as deleted`);
    objects.set(uid, object);
    uidByName.set(name, uid);
  };
  /** Told again where a list begins again. */
  const list = (object: KubeObject): void => {
    const [uid, name] = [uidOf(object), nameOf(object)];
    assert.equal(uidByName.get(name) ?? uid, uid, `${name} was listed again before it was told as deleted`);
    objects.set(uid, object);
    uidByName.set(name, uid);
  };
  const all = <T extends FollowEvent["type"]>(type: T): readonly Extract<FollowEvent, { type: T }>[] =>
    events.filter((event): event is Extract<FollowEvent, { type: T }> => event.type === type);
  return {
    hear(event) {
      events.push(event);
      if (event.type === "changes") event.changes.forEach(change);
      if (event.type === "listed") objectsOf(event.batch).forEach(list);
      if (event.type === "synced") assert.equal(event.objects, objects.size, "synced counts what was told");
    },
    objects: () => [...objects.values()].toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)),
    words: () => events.flatMap(wordsOf),
    lastStatus: () => all("status").at(-1),
    synced: () => all("synced"),
    statuses: () => all("status"),
    changes: () => all("changes").reduce((sum, event) => sum + event.changes.length, 0),
  };
}

const uidOf = ({ metadata }: KubeObject): string => metadata.uid ?? "no uid";
const nameOf = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ""}/${metadata.name}`;

function wordsOf(event: FollowEvent): readonly string[] {
  switch (event.type) {
    case "changes":
      return event.changes.map(changeWords);
    case "listed":
      return event.batch.objects.map(({ name }) => `listed ${name}`);
    case "synced":
      return [`synced ${event.via} ${event.objects}`];
    case "progress":
      return ["progress"];
    case "status":
      return [event.status];
  }
}

const changeWords = (change: Change): string =>
  `${change.type} ${change.object.metadata.name}${change.type === "deleted" ? ` ${change.finalState}` : ""}`;
