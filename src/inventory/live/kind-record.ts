import { type Clock } from "../../base/index.ts";
import { type Catalog, type ObjectEntry, type RecordedObject } from "../../catalog/index.ts";
import { type ClusterId, type Resource } from "../../model/index.ts";
import { type TakenBatch } from "../intake/model.ts";
import { kindName } from "../kind-ref.ts";
import { type Store } from "../model.ts";
import { type Digest } from "./ledger.ts";
import { type Recorder } from "./recorder.ts";
import { kindToRecord, tell } from "./teller.ts";

/** What subscribers were told that there is; "nothing-yet" before the first sync, which one event tells. */
export type Told = readonly RecordedObject[] | "nothing-yet";

/** What is recorded of one kind, and so told of it, kept in step with what its feed finds. */
export type KindRecord = Readonly<{
  /** Something of it was not recorded: it must be compared with the catalog once that can be written. */
  isBehind(): boolean;
  /** What was told when the feed begins. */
  begin(signal: AbortSignal): Promise<Told>;
  /** Into the store at once; what is news is recorded, then told. `toldTo`: everything up to there is told with it. */
  tell(digest: Digest, toldTo?: string): void;
  /** The same of objects that are no news. */
  tellTaken(batch: TakenBatch): void;
  /** From here on what is recorded of the kind is what was told. */
  complete(toldTo?: string): void;
  /** Everything that is known of it, and nobody is told. */
  all(objects: readonly RecordedObject[]): void;
}>;

export type KindRecordDeps = Readonly<{ store: Store; catalog: Catalog; recorder: Recorder; clock: Clock }>;

export type KindRecordOptions = Readonly<{
  id: ClusterId;
  resource: Resource;
  isSyncTold(): boolean;
  /** Names of kinds of which the catalog knows all that was told. */
  recorded: Set<string>;
  /** It is to be compared with the catalog now. */
  onCompare(): void;
}>;

/** Objects recorded together when all are. */
const recordSize = 1_000;
/** Before what the catalog refused for good is compared with it again. */
const afterRefusalMs = 60_000;

export function createKindRecord(deps: KindRecordDeps, options: KindRecordOptions): KindRecord {
  const { store, catalog, recorder, clock } = deps;
  const { id, resource, isSyncTold, recorded, onCompare } = options;
  const name = kindName(resource);
  const recordedKind = kindToRecord(resource);
  let behind = false;

  const onLost = (): void => {
    behind = true;
    if (recorder.state().failing === undefined) clock.after(afterRefusalMs, () => behind && onCompare());
  };
  const complete = (toldTo?: string): void => {
    recorded.add(name);
    const kind = kindToRecord(resource, toldTo);
    recorder.submit({
      cluster: id,
      work: { cluster: id, kind, objects: [], events: [], complete: true },
      onLost() {
        recorded.delete(name);
        onLost();
      },
    });
  };
  return {
    isBehind: () => behind,
    async begin(signal) {
      behind = false;
      const told: RecordedObject[] = [];
      if (recorder.state().failing !== undefined) behind = true;
      else if (recorded.has(name)) {
        if (await recorder.settled(id, signal))
          for await (const slice of catalog.objects(id, resource)) told.push(...slice);
        else behind = true;
      } else {
        // A list that was broken off may have left some of its objects. Those of an earlier process are gone: the catalog
        // forgets them when it is opened.
        if (recorder.hasSeen(id, resource))
          recorder.submit({ cluster: id, work: (record) => record.dropKind(id, resource) });
        if (!isSyncTold()) return "nothing-yet";
        complete();
      }
      return told;
    },
    tell: (digest, toldTo) => tell(deps, { cluster: id, resource }, { digest, storeOnly: behind, toldTo, onLost }),
    tellTaken({ objects }) {
      if (objects.length === 0) return;
      store.take(id, resource, { objects });
      if (behind) return;
      const entries = objects.map(presentOf);
      recorder.submit({ cluster: id, work: { cluster: id, kind: recordedKind, objects: entries, events: [] }, onLost });
    },
    complete(toldTo) {
      if (!behind) complete(toldTo);
    },
    all(objects) {
      const kind = kindToRecord(resource);
      for (let start = 0; start < objects.length; start += recordSize) {
        const part = objects.slice(start, start + recordSize).map((object) => ({ type: "present", object }) as const);
        recorder.submit({ cluster: id, work: { cluster: id, kind, objects: part, events: [] }, onLost });
      }
      complete();
    },
  };
}

const presentOf = ({ uid, namespace, name, resourceVersion }: RecordedObject): ObjectEntry => ({
  type: "present",
  object: { uid, namespace, name, resourceVersion },
});
