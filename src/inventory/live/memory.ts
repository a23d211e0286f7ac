import { createKnownObjects, type KnownObjects } from "../../cluster/index.ts";

/** What one follower knows, counted. */
export type Memory = KnownObjects & Readonly<{ size(): number }>;

export function createMemory(): Memory {
  const known = createKnownObjects();
  let size = 0;
  return {
    ...known,
    set(object) {
      if (known.get(object.uid) === undefined) size += 1;
      known.set(object);
    },
    delete(uid) {
      if (known.get(uid) !== undefined) size -= 1;
      known.delete(uid);
    },
    size: () => size,
  };
}
