import { healthWord } from "../status/status.ts";
import { statusOf } from "../status/status-of.ts";
import { type Attribute, text, time } from "./attribute.ts";

/** What every object of every kind has. */
export const everyKind: readonly Attribute[] = [
  text(
    { name: "status", says: "its state in one word, kubectl's where kubectl has one" },
    (object) => statusOf(object).word,
  ),
  text({ name: "reason", says: "why, in words, where the word does not say all" }, (object) => statusOf(object).reason),
  text({ name: "health", says: '"healthy", "progressing" (on its way, needs nobody yet) or "unhealthy"' }, (object) =>
    healthWord(statusOf(object)),
  ),
  time({ name: "createdAt", says: "when it was created" }, ["metadata", "creationTimestamp"]),
  time({ name: "deletedAt", says: "when its deletion was asked for" }, ["metadata", "deletionTimestamp"]),
  text({ name: "controller", says: 'what controls it: "ReplicaSet/web-5d4f8c7b9"' }, ({ metadata }) => {
    const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
    return owner && `${owner.kind}/${owner.name}`;
  }),
];
