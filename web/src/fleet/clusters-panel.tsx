import { Link } from "@tanstack/react-router";
import { countText, counted } from "../count-words.ts";
import { FreshnessBadge } from "../freshness-badge.tsx";
import { clusterHealth } from "../health.ts";
import { Empty, Waiting } from "../notice.tsx";
import { Panel } from "../panel.tsx";
import { StatusBadge } from "../status-badge.tsx";
import { clustersByTrouble, type OverviewCluster } from "./overview.ts";
import styles from "./clusters-panel.module.css";

const shownAtMost = 8;

/** Clusters, those in trouble first, with how far each can be trusted. */
export function ClustersPanel({ clusters }: Readonly<{ clusters: readonly OverviewCluster[] | undefined }>) {
  const all = <Link to="/clusters">All clusters</Link>;
  if (clusters === undefined)
    return (
      <Panel title="Clusters" action={all}>
        <Waiting lines={5} />
      </Panel>
    );
  const hidden = clusters.length - shownAtMost;
  return (
    <Panel title="Clusters" note={countText(clusters.length)} action={all}>
      {clusters.length === 0 && (
        <Empty title="There is no cluster">
          Add one: <code className="mono">heddle clusters add</code>
        </Empty>
      )}
      <ul>
        {clustersByTrouble(clusters)
          .slice(0, shownAtMost)
          .map((cluster) => (
            <ClusterLine key={cluster.id} cluster={cluster} />
          ))}
      </ul>
      {hidden > 0 && <p className={styles["hidden"]}>and {counted(hidden, "more cluster")} without trouble</p>}
    </Panel>
  );
}

function ClusterLine({ cluster }: Readonly<{ cluster: OverviewCluster }>) {
  const { id, state, reason, environment, region, objects, nodes, nodesReady, freshness } = cluster;
  return (
    <li className={styles["line"]}>
      <Link className={`cut ${styles["name"]}`} to="/clusters/$id" params={{ id }}>
        {id}
      </Link>
      <span className={styles["state"]}>
        <StatusBadge health={clusterHealth(state)} word={state} reason={reason} />
      </span>
      <span className={`cut ${styles["place"]}`}>
        {[environment, region].filter((part) => part !== null).join(" · ") || "\u00a0"}
      </span>
      <span className={styles["facts"]}>
        <FreshnessBadge freshness={freshness} />
        <span>{nodes === null ? "nodes not known" : `${nodesReady ?? 0}/${nodes} nodes`}</span>
        <span>{countText(objects)} objects</span>
      </span>
    </li>
  );
}
