import { useElementScrollRestoration, useNavigate, useSearch } from "@tanstack/react-router";
import { useMediaQuery } from "@mantine/hooks";
import { useMemo } from "react";
import { AddressNotes } from "../app/address-notes.tsx";
import { type Address, checkAddress } from "../app/address.ts";
import { manyOf } from "../app/url-search.ts";
import { countText, pluralOf } from "../count-words.ts";
import { PageHead } from "../page-head.tsx";
import { StreamBadge } from "../stream-badge.tsx";
import { AgedClusters } from "./aged-clusters.tsx";
import { columnsOf, narrowColumns } from "./columns.ts";
import { FilterBar } from "./filter-bar.tsx";
import { healthWords } from "./health-filter.tsx";
import { nextSort, type Question, questionOf, searchOf } from "./question.ts";
import { NoRows, QuestionNotes, Refused } from "./question-notes.tsx";
import { ResourceTable } from "./resource-table.tsx";
import { useKindMeant } from "./use-kind-meant.ts";
import { useRows } from "./use-rows.ts";
import styles from "./resources-page.module.css";

/** Objects of any kind, live, however many there are. */
export function ResourcesPage() {
  const asked = useSearch({ from: "/resources" });
  const checked = useMemo(() => checkAddress(asked, address), [asked]);
  const question = useMemo(() => questionOf(checked.search), [checked]);
  const navigate = useNavigate({ from: "/resources" });
  const ask = (next: Question): void => void navigate({ search: searchOf(next), replace: next.kind === question.kind });
  const { clusters } = question;
  const kind = useKindMeant(question.kind);
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
      <AddressNotes checked={checked} onMend={(search) => void navigate({ search, replace: true })} />
      <QuestionNotes question={question} columns={columns} kinds={manyOf(asked["kind"])} onChange={ask} />
      <AgedClusters freshness={rows.freshness} />
      {failure !== undefined && <Refused failure={failure} again={store.refresh} question={question} onChange={ask} />}
      {rows.total === 0 && failure === undefined && <NoRows question={question} kind={kind} onChange={ask} />}
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

const address: Address = {
  kind: undefined,
  cluster: undefined,
  namespace: undefined,
  status: undefined,
  health: healthWords,
  labels: undefined,
  q: undefined,
  sort: undefined,
};

const scrollId = "resources";
