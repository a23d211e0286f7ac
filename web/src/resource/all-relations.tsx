import { ResourceLink } from "../resource-link.tsx";
import { EndState } from "./relation-list.tsx";
import { type Relation, relationWords } from "./relations.ts";
import styles from "./all-relations.module.css";

/** Every relation of a drawing, in words. */
export function AllRelations({ relations, of }: Readonly<{ relations: readonly Relation[]; of: string }>) {
  return (
    <div className={styles["frame"]}>
      <table className={styles["table"]}>
        <caption className="unseen">Relations of {of}</caption>
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">Relation</th>
            <th scope="col">To</th>
            <th scope="col">Status</th>
            <th scope="col">Because</th>
          </tr>
        </thead>
        <tbody>
          {relations.map(({ type, because, source, target }) => (
            <tr key={`${source.id} ${type} ${target.id} ${because}`}>
              <td>
                <ResourceLink id={source.id} withKind />
              </td>
              <td className={styles["type"]}>{relationWords(type, "source")}</td>
              <td>
                <ResourceLink id={target.id} withKind />
              </td>
              <td>
                <EndState end={target} />
              </td>
              <td className={styles["because"]}>{because}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
