import { badSelector, type FailureWords, unknownCluster, unknownKind } from "../app/failure-words.ts";
import { pluralOf } from "../count-words.ts";
import { Empty, Failed, Hint, WayOut } from "../notice.tsx";
import { type Column, isClusterWide } from "./columns.ts";
import { isFiltered, type Question, unfiltered, usualSort } from "./question.ts";

type Asking = Readonly<{ question: Question; onChange(question: Question): void }>;

type NotesProps = Asking & Readonly<{ columns: readonly Column[]; kinds: readonly string[] }>;

/** What of a question is taken otherwise than one may think: of several kinds the first, a sort that no column shows. */
export function QuestionNotes({ question, columns, kinds, onChange }: NotesProps) {
  const { by } = question.sort;
  const isShown = by === usualSort.by || columns.some(({ sort }) => sort === by);
  const sorts = columns.flatMap(({ sort }) => sort ?? []).join(", ");
  return (
    <>
      {kinds.length > 1 && (
        <Hint
          says={`One kind is shown at a time: ${kinds[0] ?? ""}, and not ${kinds.slice(1).join(", ")}.`}
          acts={`Only ${kinds[0] ?? ""}`}
          act={() => onChange(question)}
        />
      )}
      {!isShown && (
        <Hint
          says={`The rows are sorted by “${by}”, which is no column of this table (${sorts}): those without such a field stand first.`}
          acts="Usual order"
          act={() => onChange({ ...question, sort: usualSort })}
        />
      )}
    </>
  );
}

type RefusedProps = Asking & Readonly<{ failure: FailureWords; again(): void }>;

/** Why the server has no rows for such a question, and the question without what it does not know. */
export function Refused({ failure, again, question, onChange }: RefusedProps) {
  const { kind, labels, ...rest } = question;
  const withKind = { ...rest, ...(kind !== undefined && { kind }) };
  const withLabels = { ...rest, ...(labels !== undefined && { labels }) };
  return (
    <Failed failure={failure} again={again}>
      {failure.code === unknownCluster && (
        <WayOut acts="All clusters" act={() => onChange({ ...question, clusters: [] })} />
      )}
      {failure.code === unknownKind && <WayOut acts="All kinds" act={() => onChange(withLabels)} />}
      {failure.code === badSelector && <WayOut acts="Leave the labels out" act={() => onChange(withKind)} />}
    </Failed>
  );
}

/** That no object is what was asked for, and what else could be asked. */
export function NoRows({ question, kind, onChange }: Asking & Readonly<{ kind: string | undefined }>) {
  const { namespaces } = question;
  if (kind !== undefined && namespaces.length > 0 && isClusterWide(kind)) {
    const kinds = pluralOf(kind.split(".")[0] ?? kind);
    return (
      <Empty title={`${kinds} are in no namespace`}>
        They belong to the whole cluster, so none is in {namespaces.join(" or ")}.{" "}
        <WayOut acts={`Leave the namespace out`} act={() => onChange({ ...question, namespaces: [] })} />
      </Empty>
    );
  }
  return (
    <Empty title="Nothing matches">
      There is no such object in any cluster that was asked.{" "}
      {isFiltered(question) && <WayOut acts="Clear the filter" act={() => onChange(unfiltered(question))} />}
    </Empty>
  );
}
