import { useKeys } from "../app/use-keys.ts";
import { FacetChooser } from "./facet-chooser.tsx";
import { HealthFilter } from "./health-filter.tsx";
import { filterOf, isFiltered, type Question, type ResourceFilter, unfiltered, usualSort } from "./question.ts";
import { SearchField } from "../search-field.tsx";
import styles from "./filter-bar.module.css";

type Props = Readonly<{ question: Question; onChange(question: Question): void }>;

/** Everything that narrows a table; each part is in the address of the page. */
export function FilterBar({ question, onChange }: Props) {
  const { kind, labels, search, ...rest } = question;
  const withText = (part: "kind" | "labels" | "search", text: string): void => {
    const others = {
      ...(kind !== undefined && { kind }),
      ...(labels !== undefined && { labels }),
      ...(search !== undefined && { search }),
    };
    delete others[part];
    onChange({ ...rest, ...others, ...(text !== "" && { [part]: text }) });
  };
  /** What else there would be. */
  const filterWithout = (part: keyof Question): ResourceFilter => {
    const others = Object.fromEntries(Object.entries(question).filter(([name]) => name !== part));
    return filterOf({ ...everything, ...others });
  };
  return (
    <div className={styles["bar"]} role="search" aria-label="Filter resources">
      <SearchField value={search ?? ""} name="Part of a name" keys="/" onChange={(text) => withText("search", text)} />
      <FacetChooser
        name="Kind"
        by="KIND"
        single
        filter={filterWithout("kind")}
        chosen={kind === undefined ? [] : [kind]}
        onChoose={([word]) => withText("kind", word ?? "")}
      />
      <FacetChooser
        name="Cluster"
        by="CLUSTER"
        filter={filterWithout("clusters")}
        chosen={question.clusters}
        onChoose={(clusters) => onChange({ ...question, clusters })}
      />
      <FacetChooser
        name="Namespace"
        by="NAMESPACE"
        filter={filterWithout("namespaces")}
        chosen={question.namespaces}
        onChoose={(namespaces) => onChange({ ...question, namespaces })}
      />
      <FacetChooser
        name="Status"
        by="STATUS"
        filter={filterWithout("status")}
        chosen={question.status}
        onChoose={(status) => onChange({ ...question, status })}
      />
      <SearchField value={labels ?? ""} name="Labels: app=web" onChange={(text) => withText("labels", text)} waits />
      <HealthFilter question={question} onChange={(health) => onChange({ ...question, health })} />
      <ClearAll question={question} onChange={onChange} />
    </div>
  );
}

const everything: Question = { clusters: [], namespaces: [], status: [], health: [], sort: usualSort };

function ClearAll({ question, onChange }: Props) {
  const clear = (): void => onChange(unfiltered(question));
  useKeys([{ keys: "x", says: "Clear the filter", act: clear }]);
  if (!isFiltered(question)) return null;
  return (
    <button className={styles["clear"]} type="button" onClick={clear}>
      Clear
    </button>
  );
}
