import { Link } from "@tanstack/react-router";
import { useLive } from "../app/live-query.ts";
import { countText } from "../count-words.ts";
import { healthFrom } from "../health.ts";
import { Empty, Failed, Waiting } from "../notice.tsx";
import { ResourceLink } from "../resource-link.tsx";
import { StatusBadge } from "../status-badge.tsx";
import { type End, type Relation, type RelationsAnswer, relationsDocument, relationWords } from "./relations.ts";
import styles from "./relation-list.module.css";

const shownAtMost = 12;

/** What belongs to one object, one step far, in words: by relation, each with its reason. */
export function RelationList({ id }: Readonly<{ id: string }>) {
  const variables = { id, depth: 1, direction: "BOTH", limit: 500 };
  const { data, failure, again } = useLive<RelationsAnswer>(relationsDocument, variables, { everyMs: 5_000 });
  if (data === undefined)
    return failure === undefined ? <Waiting lines={4} /> : <Failed failure={failure} again={again} />;
  const relations = data.resource?.relationships ?? [];
  if (relations.length === 0) return <Empty title="It stands alone">Nothing belongs to it that is known.</Empty>;
  return <RelationTable relations={relations} of={id} />;
}

/** Relations seen from one object. */
export function RelationTable({ relations, of }: Readonly<{ relations: readonly Relation[]; of: string }>) {
  return (
    <>
      <table className={styles["table"]}>
        <caption className="unseen">Relations</caption>
        <colgroup>
          <col className={styles["relation-column"]} />
          <col />
          <col className={styles["state-column"]} />
        </colgroup>
        <thead className="unseen">
          <tr>
            <th scope="col">Relation</th>
            <th scope="col">Resource</th>
            <th scope="col">Status</th>
          </tr>
        </thead>
        <tbody>
          {worstFirst(relations, of).map((relation) => {
            const out = relation.source.id === of;
            const other = out ? relation.target : relation.source;
            return (
              <tr key={`${relation.type} ${relation.source.id} ${relation.target.id} ${relation.because}`}>
                <th scope="row">{relationWords(relation.type, out ? "source" : "target")}</th>
                <td>
                  <ResourceLink id={other.id} withKind />
                  <p className={styles["because"]}>{relation.because}</p>
                </td>
                <td className={styles["state"]}>
                  <EndState end={other} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {relations.length > shownAtMost && (
        <p className={styles["more"]}>
          <Link to="." search={{ tab: "relations" }}>
            and {countText(relations.length - shownAtMost)} more
          </Link>
        </p>
      )}
    </>
  );
}

/** What is missing or in trouble, then what goes on, then the rest; each as the server has them. */
function worstFirst(relations: readonly Relation[], of: string): readonly Relation[] {
  const rankOf = ({ source, target }: Relation): number => {
    const { exists, status, attributes } = source.id === of ? target : source;
    if (!exists) return 3;
    if (status === "ScaledToZero") return -1;
    const health = healthFrom(attributes["health"]);
    return health === "unhealthy" ? 2 : health === "progressing" ? 1 : 0;
  };
  return relations.toSorted((a, b) => rankOf(b) - rankOf(a)).slice(0, shownAtMost);
}

/** How the object at an end is; that it is missing, where it is. */
export function EndState({ end: { exists, status, reason, attributes } }: Readonly<{ end: End }>) {
  if (!exists) return <StatusBadge health="unhealthy" word="missing" />;
  if (status === null || status === "Present") return null;
  return <StatusBadge health={healthFrom(attributes["health"])} word={status} reason={reason} />;
}
