import { Link } from "@tanstack/react-router";
import { Age } from "../age.tsx";
import { countText } from "../count-words.ts";
import { FreshnessBadge } from "../freshness-badge.tsx";
import { clusterHealth } from "../health.ts";
import { Icon } from "../icon.tsx";
import { StatusBadge } from "../status-badge.tsx";
import { type Cluster } from "./cluster.ts";
import styles from "./cluster-table.module.css";

type Props = Readonly<{ clusters: readonly Cluster[]; sort: string; onSort(by: string): void }>;

const columns = [
  { by: "cluster", title: "Cluster" },
  { by: "state", title: "State" },
  { by: "freshness", title: "Freshness" },
  { by: "version", title: "Version" },
  { by: "nodes", title: "Nodes", number: true },
  { by: "namespaces", title: "Namespaces", number: true },
  { by: "objects", title: "Objects", number: true },
  { by: "answered", title: "Last answer", number: true },
] as const;

/** Clusters in lines; what is not known of one is a dash. */
export function ClusterTable({ clusters, sort, onSort }: Props) {
  const [by, descending] = [sort.replace(/^-/, ""), sort.startsWith("-")];
  return (
    <div className={styles["frame"]}>
      <table className={styles["table"]}>
        <caption className="unseen">Clusters</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.by}
                scope="col"
                className={"number" in column ? styles["number"] : ""}
                aria-sort={column.by !== by ? "none" : descending ? "descending" : "ascending"}
              >
                <button className={styles["sort"]} type="button" onClick={() => onSort(column.by)}>
                  {column.title}
                  {column.by === by && <Icon name={descending ? "descending" : "ascending"} />}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {clusters.map((cluster) => (
            <ClusterRow key={cluster.id} cluster={cluster} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ClusterRow({ cluster }: Readonly<{ cluster: Cluster }>) {
  const { id, environment, region, state, reason, freshness, version, lastSuccess, objects } = cluster;
  const { nodes, nodesReady, namespaces } = cluster;
  return (
    <tr>
      <th scope="row">
        <Link className={styles["name"]} to="/clusters/$id" params={{ id }}>
          {id}
        </Link>
        <span className={styles["place"]}>{[environment, region].filter((part) => part !== null).join(" · ")}</span>
      </th>
      <td>
        <StatusBadge health={clusterHealth(state)} word={state} />
        {reason !== "" && <p className={styles["reason"]}>{reason}</p>}
      </td>
      <td>
        <FreshnessBadge freshness={freshness} />
      </td>
      <td className={styles["version"]}>{version ?? "–"}</td>
      <td className={styles["number"]}>{nodes === null ? "–" : `${nodesReady ?? 0}/${nodes}`}</td>
      <td className={styles["number"]}>{namespaces ?? "–"}</td>
      <td className={styles["number"]}>{countText(objects)}</td>
      <td className={styles["number"]}>
        <Age at={lastSuccess} ago />
      </td>
    </tr>
  );
}
