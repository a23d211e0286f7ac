import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { useChangeStream } from "../app/change-stream.ts";
import { useLive } from "../app/live-query.ts";
import { useNowMs } from "../app/clock.ts";
import { type Change, changesDocument, type PastChanges, pastChangesDocument } from "../changes/change.ts";
import { ChangeLine } from "../changes/change-line.tsx";
import { keyOf, withNew, withOlder } from "../changes/feed.ts";
import { Empty, Failed, Waiting } from "../notice.tsx";
import { Panel } from "../panel.tsx";
import { StreamBadge } from "../stream-badge.tsx";
import { readPast } from "./past-times.ts";
import { countChanges, meanRate, quietRate, type Rate } from "./rate.ts";
import styles from "./live-panels.module.css";

const RateChart = lazy(async () => ({ default: (await import("./rate-chart.tsx")).RateChart }));

const secondsShown = 180;
const latestShown = 12;

/** Everything that changes anywhere: how much a second, and the last few. */
export function LivePanels() {
  const [latest, setLatest] = useState<readonly Change[]>([]);
  const [rate, count] = useRate();
  const past = useLive<PastChanges>(pastChangesDocument, { filter: null, before: null, limit: latestShown });
  const items = past.data?.changes.items;
  const shown = items === undefined ? latest : withOlder(latest, items).slice(0, latestShown);
  const stream = useChangeStream<Change>({
    document: changesDocument,
    filter: {},
    onChanges(changes) {
      count(changes);
      setLatest((before) => withNew(before, changes, latestShown));
    },
  });
  const mean = meanRate(rate, 10);
  return (
    <>
      <Panel title="Changes a second" note={`${mean.toFixed(mean < 10 ? 1 : 0)} over the last 10 s`}>
        <div className={styles["chart"]}>
          <Suspense fallback={null}>
            <RateChart rate={rate} />
          </Suspense>
        </div>
      </Panel>
      <Panel
        title="Latest changes"
        note={<StreamBadge state={stream} />}
        action={<Link to="/changes">All changes</Link>}
      >
        {past.failure !== undefined && shown.length === 0 && <Failed failure={past.failure} again={past.again} />}
        {past.failure === undefined && past.data === undefined && shown.length === 0 && <Waiting lines={6} />}
        {past.data !== undefined && shown.length === 0 && <Empty title="Nothing has changed yet" />}
        <ul className={styles["latest"]}>
          {shown.map((change) => (
            <li key={keyOf(change)}>
              <ChangeLine change={change} />
            </li>
          ))}
        </ul>
      </Panel>
    </>
  );
}

/** The rate until now, with what the log has of it, and how to count more; it moves on by itself each second. */
function useRate(): readonly [Rate, (changes: readonly Change[]) => void] {
  const [rate, setRate] = useState<Rate>(() => quietRate(secondsShown, Date.now()));
  const nowMs = useNowMs();
  const [count] = useState(() => (changes: readonly Readonly<{ time: string | null }>[]): void => {
    const times = changes.map(({ time }) => Date.parse(time ?? "")).filter((timeMs) => !Number.isNaN(timeMs));
    setRate((before) => countChanges(before, times, Date.now()));
  });
  useEffect(() => readPast({ sinceMs: Date.now() - secondsShown * 1000, onTimes: count }), [count]);
  return [countChanges(rate, [], nowMs), count];
}
