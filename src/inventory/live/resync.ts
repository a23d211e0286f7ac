import { type Clock, type Logger, messageOf } from "../../base/index.ts";
import { type Objects } from "../../cluster/index.ts";
import { type Store } from "../model.ts";
import { recordOf } from "./ledger.ts";
import { storedObjects } from "./stored.ts";
import { type KindOfCluster } from "./teller.ts";

/** uid → resourceVersion. */
export type Versions = ReadonlyMap<string, string>;

/** uid → the version that the store has instead of the cluster's; undefined: none. */
export type Differences = ReadonlyMap<string, string | undefined>;

/** Where the store does not have what was listed. */
export function differencesOf(listed: Versions, stored: Versions): Differences {
  const wrong = [...listed].filter(([uid, version]) => stored.get(uid) !== version).map(([uid]) => uid);
  const superfluous = [...stored.keys()].filter((uid) => !listed.has(uid));
  return new Map([...wrong, ...superfluous].map((uid) => [uid, stored.get(uid)]));
}

/** What is wrong at the second look as it was at the first: in the same way, of the same version. */
export function persistent(first: Differences, second: Differences): Differences {
  return new Map([...second].filter(([uid, version]) => first.has(uid) && first.get(uid) === version));
}

/**
 * What is wrong and stays so. A watch is always a moment behind, or ahead of a list: what it did not bring between two
 * looks, it never will; unless it brought something else of what was wrong, as one does that works off what has
 * gathered. Then there is another look.
 */
export async function standingDifferences(
  look: () => Promise<Differences>,
  pause: () => Promise<void>,
): Promise<Differences> {
  let wrong = await look();
  for (let before = Infinity; wrong.size > 0 && wrong.size < before;) {
    before = wrong.size;
    await pause();
    wrong = persistent(wrong, await look());
  }
  return wrong;
}

export type LookDeps = Readonly<{
  store: Store;
  objects: Objects;
  clock: Clock;
  log: Logger;
  /** Between the looks; never more than 5 s. */
  lookAgainMs: number;
}>;

const longestMs = 5_000;

/** How many objects of a kind the store has wrong, and not for a moment only. 0 when the cluster cannot be asked. */
export async function countWrong(deps: LookDeps, kind: KindOfCluster, signal: AbortSignal): Promise<number> {
  try {
    const pause = (): Promise<void> => deps.clock.sleep(Math.min(deps.lookAgainMs, longestMs), signal);
    const wrong = await standingDifferences(() => look(deps, kind, signal), pause);
    const fields = { kind: kind.resource.kind, objects: wrong.size };
    if (wrong.size > 0) deps.log.warn(fields, "the store differed from the cluster; the kind is listed anew");
    return wrong.size;
  } catch (error) {
    signal.throwIfAborted();
    deps.log.debug({ error: messageOf(error), kind: kind.resource.kind }, "a kind could not be compared");
    return 0;
  }
}

async function look({ store, objects }: LookDeps, kind: KindOfCluster, signal: AbortSignal): Promise<Differences> {
  const listed = new Map<string, string>();
  for await (const page of objects.pages(kind.resource, { metadataOnly: true, brief: true, signal })) {
    for (const object of page.objects) {
      const { uid, resourceVersion } = recordOf(object);
      listed.set(uid, resourceVersion);
    }
  }
  const stored = await storedObjects(store, kind, signal);
  return differencesOf(listed, new Map(stored.map(({ uid, resourceVersion }) => [uid, resourceVersion])));
}
