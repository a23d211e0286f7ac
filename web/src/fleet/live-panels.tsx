import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useChangeStream } from "../app/change-stream.ts";
import { useLive } from "../app/live-query.ts";
import { type Change, changesDocument, type PastChanges, pastChangesDocument } from "../changes/change.ts";
import { ChangeLine } from "../changes/change-line.tsx";
import { keyOf, withNew, withOlder } from "../changes/feed.ts";
import { Empty, Failed, Waiting } from "../notice.tsx";
import { Panel } from "../panel.tsx";
import { StreamBadge } from "../stream-badge.tsx";
import { meanRate, type RateAnswer, rateDocument } from "./rate.ts";
import styles from "./live-panels.module.css";

const RateChart = lazy(async () => ({ default: (await import("./rate-chart.tsx")).RateChart }));

const secondsShown = 180;
const latestShown = 12;

/** How much changes anywhere, by the second. */
export function RatePanel() {
  const { data } = useLive<RateAnswer>(rateDocument, { seconds: secondsShown }, { everyMs: 1_000 });
  const mean = data === undefined ? undefined : meanRate(data.changeRate, 10);
  const note = mean === undefined ? undefined : `${mean.toFixed(mean < 10 ? 1 : 0)} over the last 10 s`;
  return (
    <Panel title="Changes a second" note={note}>
      <div className={styles["chart"]}>
        {data !== undefined && (
          <Suspense fallback={null}>
            <RateChart rate={data.changeRate} since={data.about.startedAt} />
          </Suspense>
        )}
      </div>
    </Panel>
  );
}

/** The last few changes anywhere, as they come. */
export function LatestPanel() {
  const [latest, setLatest] = useState<readonly Change[]>([]);
  const past = useLive<PastChanges>(pastChangesDocument, { filter: null, before: null, limit: latestShown });
  const stream = useChangeStream<Change>({
    document: changesDocument,
    filter: {},
    onChanges: (changes) => setLatest((before) => withNew(before, changes, latestShown)),
  });
  const items = past.data?.changes.items;
  const shown = items === undefined ? latest : withOlder(latest, items).slice(0, latestShown);
  return (
    <Panel title="Latest changes" note={<StreamBadge state={stream} />} action={<Link to="/changes">All changes</Link>}>
      {past.failure !== undefined && shown.length === 0 && <Failed failure={past.failure} again={past.again} />}
      {past.failure === undefined && past.data === undefined && shown.length === 0 && <Waiting lines={latestShown} />}
      {past.data !== undefined && shown.length === 0 && <Empty title="Nothing has changed yet" />}
      <ul className={styles["latest"]}>
        {shown.map((change) => (
          <li key={keyOf(change)}>
            <ChangeLine change={change} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}
