import { useEffect, useRef, useState } from "react";
import { type StreamState, useChangeStream } from "../app/change-stream.ts";
import { type Live, useLive } from "../app/live-query.ts";
import { type Change, changesDocument, type PastChanges, pastChangesDocument } from "../changes/change.ts";
import { withNew, withOlder } from "../changes/feed.ts";
import { kindWord, type ResourceName } from "../resource-path.ts";

const keptAtMost = 500;
/** While something changes all the time its page asks for it so often, not more. */
const oftenMs = 500;

type OwnChanges = Readonly<{ changes: readonly Change[]; stream: StreamState; past: Live<PastChanges> }>;

/** What became of one object, the last first; `onChange` is called when something did. */
export function useOwnChanges(name: ResourceName, onChange: () => void): OwnChanges {
  const filter = {
    clusters: [name.cluster],
    kinds: [kindWord(name.group, name.kind)],
    names: [name.name],
    ...(name.namespace !== undefined && { namespaces: [name.namespace] }),
  };
  const [came, setCame] = useState<readonly Change[]>([]);
  const past = useLive<PastChanges>(pastChangesDocument, { filter, before: null, limit: 100 });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const stream = useChangeStream<Change>({
    document: changesDocument,
    filter,
    onChanges(changes) {
      setCame((before) => withNew(before, changes, keptAtMost));
      timer.current ??= setTimeout(() => {
        timer.current = undefined;
        onChange();
      }, oftenMs);
    },
  });
  return { changes: withOlder(came, past.data?.changes.items ?? []), stream, past };
}
