import { Link } from "@tanstack/react-router";
import { countText, pluralOf } from "../count-words.ts";
import { LastAnswer } from "../last-answer.tsx";
import { Empty, Waiting } from "../notice.tsx";
import { Panel } from "../panel.tsx";
import { kindWord } from "../resource-path.ts";
import { StateMark } from "../state-mark.tsx";
import { clustersByTrouble, type Overview, type OverviewCluster, type WrongCount } from "./overview.ts";
import { WrongList } from "./wrong-list.tsx";
import styles from "./wrong-panel.module.css";

const chipsShown = 8;

/** What needs somebody: clusters that cannot be trusted, then words of trouble with their counts, then the newest. */
export function WrongPanel({ overview }: Readonly<{ overview: Overview | undefined }>) {
  if (overview === undefined)
    return (
      <Panel title="What is wrong">
        <Waiting lines={6} />
      </Panel>
    );
  const { clusters, wrong, examples } = overview;
  const lost = clustersByTrouble(clusters).filter(({ state }) => state === "Failed" || state === "Degraded");
  const nothing = lost.length === 0 && wrong.total === 0;
  return (
    <Panel title="What is wrong" note={nothing ? undefined : countText(wrong.total + lost.length)}>
      {nothing && <Empty title="Nothing is wrong">Every cluster is connected and every object is healthy.</Empty>}
      {lost.map((cluster) => (
        <LostCluster key={cluster.id} cluster={cluster} />
      ))}
      {wrong.groups.length > 0 && <WrongWords groups={wrong.groups} />}
      <WrongList examples={examples.items} />
    </Panel>
  );
}

function LostCluster({
  cluster: { id, state, reason, lastSuccess, freshness },
}: Readonly<{ cluster: OverviewCluster }>) {
  return (
    <p className={styles["lost"]}>
      <StateMark health={state === "Failed" ? "unhealthy" : "progressing"} />
      <span>
        Cluster{" "}
        <Link to="/clusters/$id" params={{ id }}>
          {id}
        </Link>{" "}
        {state === "Failed" ? "cannot be asked" : "is degraded"}
        {reason !== "" && <>: {reason}</>}. <LastAnswer at={lastSuccess} freshness={freshness} />
      </span>
    </p>
  );
}

function WrongWords({ groups }: Readonly<{ groups: readonly WrongCount[] }>) {
  return (
    <ul className={styles["chips"]}>
      {groups.slice(0, chipsShown).map(({ status, group, kind, count }) => (
        <li key={`${status} ${group}/${kind}`}>
          <Link
            className={styles["chip"]}
            to="/resources"
            search={{ kind: kindWord(group, kind), status: status ?? "", health: "unhealthy" }}
          >
            <span className={styles["count"]}>{countText(count)}</span>
            {status ?? "unknown"}
            <span className={styles["kind"]}>{count === 1 ? kind : pluralOf(kind)}</span>
          </Link>
        </li>
      ))}
      {groups.length > chipsShown && (
        <li>
          <Link className={styles["chip"]} to="/resources" search={{ health: "unhealthy" }}>
            {countText(groups.length - chipsShown)} more
          </Link>
        </li>
      )}
    </ul>
  );
}
