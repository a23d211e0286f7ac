import { manyOf, oneOf, type UrlSearch } from "../app/url-search.ts";
import { FacetChooser } from "../resources/facet-chooser.tsx";
import { Chooser } from "../resources/chooser.tsx";
import { SearchField } from "../search-field.tsx";
import { type ChangeQuestion } from "./change-question.ts";
import styles from "./change-filters.module.css";

type Props = Readonly<{ search: UrlSearch; question: ChangeQuestion; onChange(search: UrlSearch): void }>;

/** What may become of an object, in the words of the schema. */
export const changeTypes = [
  { value: "CREATED", says: "Created" },
  { value: "UPDATED", says: "Changed" },
  { value: "DELETED", says: "Deleted" },
  { value: "SYNCED", says: "Synced" },
];

/** Everything that narrows the stream; each part is in the address of the page. */
export function ChangeFilters({ search, question, onChange }: Props) {
  const facets = [
    { name: "Kind", part: "kind", by: "KIND" },
    { name: "Cluster", part: "cluster", by: "CLUSTER" },
    { name: "Namespace", part: "namespace", by: "NAMESPACE" },
  ] as const;
  return (
    <div className={styles["bar"]} role="search" aria-label="Filter changes">
      <SearchField
        value={oneOf(search["name"]) ?? ""}
        name="Whole name"
        keys="/"
        waits
        onChange={(name) => onChange({ ...search, name })}
      />
      {facets.map(({ name, part, by }) => (
        <FacetChooser
          key={part}
          name={name}
          by={by}
          filter={{}}
          chosen={manyOf(search[part])}
          onChoose={(chosen) => onChange({ ...search, [part]: chosen })}
        />
      ))}
      <Chooser
        name="What"
        chosen={question.types}
        choices={changeTypes}
        onOpen={() => {}}
        onChoose={(type) => onChange({ ...search, type })}
      />
      <SearchField
        value={oneOf(search["labels"]) ?? ""}
        name="Labels: app=web"
        waits
        onChange={(labels) => onChange({ ...search, labels })}
      />
    </div>
  );
}
