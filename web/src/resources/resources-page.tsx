import { useElementScrollRestoration, useNavigate, useSearch } from "@tanstack/react-router";
import { useMediaQuery } from "@mantine/hooks";
import { useMemo } from "react";
import { countText, pluralOf } from "../count-words.ts";
import { Empty, Failed } from "../notice.tsx";
import { PageHead } from "../page-head.tsx";
import { StreamBadge } from "../stream-badge.tsx";
import { AgedClusters } from "./aged-clusters.tsx";
import { columnsOf, narrowColumns } from "./columns.ts";
import { FilterBar } from "./filter-bar.tsx";
import { nextSort, type Question, questionOf, searchOf } from "./question.ts";
import { ResourceTable } from "./resource-table.tsx";
import { useRows } from "./use-rows.ts";
import styles from "./resources-page.module.css";

/** Objects of any kind, live, however many there are. */
export function ResourcesPage() {
  const search = useSearch({ from: "/resources" });
  const question = useMemo(() => questionOf(search), [search]);
  const navigate = useNavigate({ from: "/resources" });
  const ask = (next: Question): void => void navigate({ search: searchOf(next), replace: next.kind === question.kind });
  const { kind, clusters } = question;
  const { rows, failure, store, stream } = useRows(question);
  const narrow = useMediaQuery("(max-width: 620px)");
  const columns = useMemo(() => {
    const all = columnsOf(kind, { cluster: clusters.length === 1 });
    return narrow ? narrowColumns(all) : all;
  }, [kind, clusters.length, narrow]);
  const title = kind === undefined ? "Resources" : pluralOf(kind.split(".")[0] ?? kind);
  const key = JSON.stringify(question);
  const scrolled = useElementScrollRestoration({ id: scrollId });
  return (
    <div className={styles["page"]}>
      <PageHead
        title={title}
        note={
          <span className={styles["note"]}>
            {rows.total === undefined ? "–" : countText(rows.total)}{" "}
            {failure === undefined && <StreamBadge state={stream} />}
          </span>
        }
      />
      <FilterBar question={question} onChange={ask} />
      <AgedClusters freshness={rows.freshness} />
      {failure !== undefined && <Failed failure={failure} again={store.refresh} />}
      {rows.total === 0 && failure === undefined && (
        <Empty title="Nothing matches">There is no such object in any cluster that was asked.</Empty>
      )}
      {rows.total !== 0 && (failure === undefined || rows.total !== undefined) && (
        <ResourceTable
          key={key}
          label={title}
          columns={columns}
          rows={rows}
          store={store}
          sort={question.sort}
          onSort={(by) => ask({ ...question, sort: nextSort(question.sort, by) })}
          beginAtPx={scrolled?.scrollY ?? 0}
          scrollId={scrollId}
        />
      )}
    </div>
  );
}

const scrollId = "resources";
