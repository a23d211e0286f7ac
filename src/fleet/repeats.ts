import { type ClusterId } from "../model/index.ts";

/** An entry of the fleet and the uid of the kube-system namespace that it reaches; unknown while it was never reached. */
export type Reached = Readonly<{ id: ClusterId; uid: string | undefined }>;

/**
 * Which entries reach a cluster that an earlier entry reaches too, and which entry that is. The order of configuration
 * alone decides, never who answered first; what was not reached takes nothing from anyone.
 */
export function findRepeats(entries: readonly Reached[]): ReadonlyMap<ClusterId, ClusterId> {
  const owners = new Map<string, ClusterId>();
  const repeats = new Map<ClusterId, ClusterId>();
  for (const { id, uid } of entries) {
    if (uid === undefined) continue;
    const owner = owners.get(uid);
    if (owner === undefined) owners.set(uid, id);
    else repeats.set(id, owner);
  }
  return repeats;
}
