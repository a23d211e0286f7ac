import { useState } from "react";
import { useLive } from "../app/live-query.ts";
import { useKeys } from "../app/use-keys.ts";
import { pluralOf } from "../count-words.ts";
import { kindWord } from "../resource-path.ts";
import { type Choice, Chooser } from "./chooser.tsx";
import { type Facet, facetDocument, type FacetGroup, type FacetName } from "./facets.ts";
import { HealthFilter } from "./health-filter.tsx";
import { filterOf, type Question } from "./question.ts";
import { SearchField } from "./search-field.tsx";
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
  return (
    <div className={styles["bar"]} role="search" aria-label="Filter resources">
      <SearchField value={search ?? ""} name="Part of a name" keys="/" onChange={(text) => withText("search", text)} />
      <FacetChooser
        name="Kind"
        by="KIND"
        single
        question={question}
        without="kind"
        chosen={kind === undefined ? [] : [kind]}
        onChoose={([word]) => withText("kind", word ?? "")}
      />
      <FacetChooser
        name="Cluster"
        by="CLUSTER"
        question={question}
        without="clusters"
        chosen={question.clusters}
        onChoose={(clusters) => onChange({ ...question, clusters })}
      />
      <FacetChooser
        name="Namespace"
        by="NAMESPACE"
        question={question}
        without="namespaces"
        chosen={question.namespaces}
        onChoose={(namespaces) => onChange({ ...question, namespaces })}
      />
      <FacetChooser
        name="Status"
        by="STATUS"
        question={question}
        without="status"
        chosen={question.status}
        onChoose={(status) => onChange({ ...question, status })}
      />
      <SearchField value={labels ?? ""} name="Labels: app=web" onChange={(text) => withText("labels", text)} waits />
      <HealthFilter question={question} onChange={(health) => onChange({ ...question, health })} />
      <ClearAll question={question} onChange={onChange} />
    </div>
  );
}

type FacetProps = Readonly<{
  name: string;
  by: FacetName;
  question: Question;
  /** Left out of the filter: what else there would be. */
  without: keyof Question;
  chosen: readonly string[];
  single?: boolean;
  onChoose(chosen: readonly string[]): void;
}>;

function FacetChooser({ name, by, question, without, chosen, single = false, onChoose }: FacetProps) {
  const [opened, setOpened] = useState(false);
  const others = Object.fromEntries(Object.entries(question).filter(([part]) => part !== without));
  const filter = filterOf({ ...emptyQuestion, ...others });
  const { data } = useLive<Facet>(facetDocument, { filter, by: [by] }, { wanted: opened });
  const choices = data?.resourceCounts.groups.flatMap((group) => choiceOf(by, group));
  return (
    <Chooser
      name={name}
      chosen={chosen}
      choices={choices}
      single={single}
      onOpen={() => setOpened(true)}
      onChoose={onChoose}
    />
  );
}

const emptyQuestion = {
  clusters: [],
  namespaces: [],
  status: [],
  health: [],
  sort: { by: "identity", descending: false },
};

function choiceOf(by: FacetName, found: FacetGroup): readonly Choice[] {
  const { kind, group, cluster, namespace, status, count } = found;
  if (by === "KIND") {
    if (kind === null) return [];
    const inGroup = group === null || group === "" || group === "core" ? {} : { note: group };
    return [{ value: kindWord(group, kind), says: pluralOf(kind), count, ...inGroup }];
  }
  const value = by === "CLUSTER" ? cluster : by === "NAMESPACE" ? namespace : status;
  return value === null || value === "" ? [] : [{ value, says: value, count }];
}

function ClearAll({ question, onChange }: Props) {
  const { kind, sort, ...parts } = question;
  const set = Object.values(parts).some((part) => part !== undefined && part.length > 0);
  const clear = (): void =>
    onChange({ clusters: [], namespaces: [], status: [], health: [], sort, ...(kind !== undefined && { kind }) });
  useKeys([{ keys: "x", says: "Clear the filter", act: clear }]);
  if (!set) return null;
  return (
    <button className={styles["clear"]} type="button" onClick={clear}>
      Clear
    </button>
  );
}
