import { type StreamState } from "../app/change-stream.ts";
import { type Live } from "../app/live-query.ts";
import { type Change, type PastChanges } from "../changes/change.ts";
import { ChangeLine } from "../changes/change-line.tsx";
import { keyOf } from "../changes/feed.ts";
import { Empty, Failed, Waiting } from "../notice.tsx";
import { Panel } from "../panel.tsx";
import { StreamBadge } from "../stream-badge.tsx";

type Props = Readonly<{ changes: readonly Change[]; stream: StreamState; past: Live<PastChanges> }>;

/** What became of one object, as far as the log goes back. */
export function ResourceChanges({ changes, stream, past }: Props) {
  return (
    <Panel title="Changes" note={<StreamBadge state={stream} />}>
      {past.failure !== undefined && changes.length === 0 && <Failed failure={past.failure} again={past.again} />}
      {past.data === undefined && past.failure === undefined && changes.length === 0 && <Waiting lines={4} />}
      {past.data !== undefined && changes.length === 0 && (
        <Empty title="Nothing became of it yet">
          The log holds no change of it since the server knows it. New ones appear here.
        </Empty>
      )}
      <ul>
        {changes.map((change) => (
          <li key={keyOf(change)}>
            <ChangeLine change={change} withResource={false} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}
