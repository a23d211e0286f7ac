import { useNavigate, useSearch } from "@tanstack/react-router";
import { AddressNotes } from "../app/address-notes.tsx";
import { checkAddress } from "../app/address.ts";
import { type FailureWords } from "../app/failure-words.ts";
import { useLive } from "../app/live-query.ts";
import { oneOf } from "../app/url-search.ts";
import { counted } from "../count-words.ts";
import { Empty, Failed, Waiting, WayOut } from "../notice.tsx";
import { PageHead } from "../page-head.tsx";
import { SearchField } from "../search-field.tsx";
import { type Cluster, clustersDocument, isMeant, sortClusters, sortWords } from "./cluster.ts";
import { ClusterTable } from "./cluster-table.tsx";
import styles from "./clusters-page.module.css";

/** Every cluster of the fleet, and how far each can be trusted. */
export function ClustersPage() {
  const checked = checkAddress(useSearch({ from: "/clusters" }), { q: undefined, sort: sortWords });
  const { search } = checked;
  const navigate = useNavigate({ from: "/clusters" });
  const { data, failure, again } = useLive<{ clusters: readonly Cluster[] }>(clustersDocument, {}, { everyMs: 2_000 });
  const typed = oneOf(search["q"]) ?? "";
  const sort = oneOf(search["sort"]) ?? "state";
  const shown = data?.clusters.filter((cluster) => isMeant(cluster, typed));
  const sorted = sortClusters(shown ?? [], sort.replace(/^-/, ""), sort.startsWith("-"));
  const change = (part: Readonly<Record<string, string>>): void =>
    void navigate({ search: { ...search, ...part }, replace: true });
  return (
    <>
      <PageHead title="Clusters" note={data === undefined ? "–" : stateWords(data.clusters)} />
      <div className={styles["bar"]} role="search" aria-label="Filter clusters">
        <SearchField value={typed} name="Name or region" keys="/" onChange={(q) => change({ q })} />
      </div>
      <AddressNotes checked={checked} onMend={(mended) => void navigate({ search: mended, replace: true })} />
      {data === undefined && <ToCome failure={failure} again={again} />}
      {data?.clusters.length === 0 && (
        <Empty title="There is no cluster">
          Add one: <code className="mono">heddle clusters add</code>
        </Empty>
      )}
      {shown?.length === 0 && data?.clusters.length !== 0 && (
        <Empty title="No cluster is called that">
          <WayOut acts="Show all of them" act={() => change({ q: "" })} />
        </Empty>
      )}
      {sorted.length > 0 && (
        <ClusterTable clusters={sorted} sort={sort} onSort={(by) => change({ sort: sort === by ? `-${by}` : by })} />
      )}
    </>
  );
}

const ToCome = ({ failure, again }: Readonly<{ failure: FailureWords | undefined; again: () => void }>) =>
  failure === undefined ? <Waiting lines={6} /> : <Failed failure={failure} again={again} />;

const order = ["Connected", "Degraded", "Failed", "Unknown"];

function stateWords(clusters: readonly Cluster[]): string {
  const parts = order.flatMap((state) => {
    const count = clusters.filter((cluster) => cluster.state === state).length;
    return count === 0 ? [] : [`${count} ${state.toLowerCase()}`];
  });
  return [counted(clusters.length, "cluster"), parts.join(", ")].join(": ");
}
