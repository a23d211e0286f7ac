import { Link } from "@tanstack/react-router";
import { FreshnessBadge } from "../freshness-badge.tsx";
import { type ClusterFreshness } from "./row.ts";
import styles from "./aged-clusters.module.css";

const namedAtMost = 3;

/** Which clusters' rows are not of this moment: shown nevertheless, and told. */
export function AgedClusters({ freshness }: Readonly<{ freshness: readonly ClusterFreshness[] }>) {
  const aged = freshness.filter(({ freshness }) => freshness.state !== "live");
  if (aged.length === 0) return null;
  return (
    <div className={styles["aged"]} role="status">
      {aged.slice(0, namedAtMost).map(({ cluster: { id }, freshness }) => (
        <span key={id} className={styles["one"]}>
          <Link to="/clusters/$id" params={{ id }}>
            {id}
          </Link>
          <FreshnessBadge freshness={freshness} />
        </span>
      ))}
      {aged.length > namedAtMost && <span>and {aged.length - namedAtMost} more clusters are not live</span>}
    </div>
  );
}
