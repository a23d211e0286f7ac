import { Link, useParams } from "@tanstack/react-router";
import { Age } from "../age.tsx";
import { unknownCluster } from "../app/failure-words.ts";
import { useLive } from "../app/live-query.ts";
import { CopyButton } from "../copy-button.tsx";
import { countText } from "../count-words.ts";
import { Figure, Figures } from "../figure.tsx";
import { KindsPanel } from "../fleet/kinds-panel.tsx";
import { type KindCount, type WrongExample } from "../fleet/overview.ts";
import { WrongList } from "../fleet/wrong-list.tsx";
import { FreshnessBadge } from "../freshness-badge.tsx";
import { clusterHealth } from "../health.ts";
import { LastAnswer } from "../last-answer.tsx";
import { Empty, Failed, Waiting } from "../notice.tsx";
import { PageHead } from "../page-head.tsx";
import { Panel } from "../panel.tsx";
import { StatusBadge } from "../status-badge.tsx";
import { type Cluster, clusterDocument } from "./cluster.ts";
import { type NamespaceCount, NamespacesPanel } from "./namespaces-panel.tsx";
import styles from "./cluster-page.module.css";

type Data = Readonly<{
  clusters: readonly Cluster[];
  kinds: Readonly<{ groups: readonly KindCount[] }>;
  namespaces: Readonly<{ groups: readonly NamespaceCount[] }>;
  wrong: Readonly<{ total: number; items: readonly WrongExample[] }>;
}>;

/** One cluster: whether it can be reached, what is in it, and what is wrong there. */
export function ClusterPage() {
  const { id } = useParams({ from: "/clusters/$id" });
  const variables = {
    ids: [id],
    filter: { clusters: [id] },
    wrong: { clusters: [id], health: ["unhealthy"] },
  };
  const { data, failure, again } = useLive<Data>(clusterDocument, variables, { everyMs: 2_000 });
  const cluster = data?.clusters[0];
  return (
    <>
      <PageHead
        title={id}
        above={
          <nav aria-label="Where it is">
            <Link to="/clusters">Clusters</Link>
          </nav>
        }
        note={
          cluster !== undefined && <StatusBadge strong health={clusterHealth(cluster.state)} word={cluster.state} />
        }
      >
        <CopyButton text={id} says={`Copy the id ${id}`} word="Copy id" />
      </PageHead>
      {data === undefined && failure !== undefined && (
        <Failed failure={failure} again={again}>
          {failure.code === unknownCluster && <Link to="/clusters">All clusters of the fleet</Link>}
        </Failed>
      )}
      {data === undefined && failure === undefined && <Waiting lines={8} />}
      {data !== undefined && cluster === undefined && (
        <Empty title="There is no such cluster">
          {id} is not in the fleet. <Link to="/clusters">All clusters of the fleet</Link>
        </Empty>
      )}
      {data !== undefined && cluster !== undefined && <Known data={data} cluster={cluster} />}
    </>
  );
}

function Known({ data: { kinds, namespaces, wrong }, cluster }: Readonly<{ data: Data; cluster: Cluster }>) {
  const { id } = cluster;
  return (
    <>
      {cluster.state !== "Connected" && <Lost cluster={cluster} />}
      <ClusterFigures cluster={cluster} unhealthy={wrong.total} />
      <div className={styles["grid"]}>
        <div className={styles["column"]}>
          <KindsPanel counts={kinds.groups} cluster={id} />
        </div>
        <div className={styles["column"]}>
          <Panel
            title="What is wrong"
            note={countText(wrong.total)}
            action={
              <Link to="/resources" search={{ cluster: id, health: "unhealthy" }}>
                All of it
              </Link>
            }
          >
            {wrong.items.length === 0 && <NothingWrong known={cluster.objects > 0} />}
            <WrongList examples={wrong.items} />
          </Panel>
          <NamespacesPanel cluster={id} counts={namespaces.groups} />
        </div>
      </div>
    </>
  );
}

const NothingWrong = ({ known }: Readonly<{ known: boolean }>) =>
  known ? (
    <Empty title="Nothing is wrong">Every object that is known is healthy.</Empty>
  ) : (
    <Empty title="Nothing is known">No object of this cluster was listed yet.</Empty>
  );

/** That what is shown is what was, and why. */
const Lost = ({ cluster: { state, reason, lastSuccess, freshness } }: Readonly<{ cluster: Cluster }>) => (
  <p className={`${styles["lost"]} ${state === "Failed" ? styles["failed"] : ""}`} role="status">
    <StatusBadge health={clusterHealth(state)} word={state} />
    <span>
      {reason === "" ? "It was not asked yet" : reason}. <LastAnswer at={lastSuccess} freshness={freshness} />
    </span>
  </p>
);

function ClusterFigures({ cluster, unhealthy }: Readonly<{ cluster: Cluster; unhealthy: number }>) {
  const { nodes, nodesReady, namespaces, objects, version, server, freshness, lastSuccess, environment, region } =
    cluster;
  return (
    <Figures label="The cluster in figures">
      <Figure
        name="Nodes ready"
        value={nodes === null ? "–" : `${nodesReady ?? 0} / ${nodes}`}
        tone={nodes !== null && (nodesReady ?? 0) < nodes ? "busy" : undefined}
        note={[environment, region].filter((part) => part !== null).join(" · ")}
      />
      <Figure name="Namespaces" value={namespaces ?? "–"} />
      <Figure
        name="Objects"
        value={countText(objects)}
        note={cluster.synced ? "everything was listed" : "still listing"}
      />
      <Figure name="Unhealthy" value={countText(unhealthy)} tone={unhealthy > 0 ? "bad" : undefined} />
      <Figure name="Last answer" value={<Age at={lastSuccess} ago />} note={<FreshnessBadge freshness={freshness} />} />
      <Figure name="Version" value={<span className={styles["version"]}>{version ?? "–"}</span>} note={server} />
    </Figures>
  );
}
