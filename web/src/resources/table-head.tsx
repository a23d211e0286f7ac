import { Icon } from "../icon.tsx";
import { type Column } from "./columns.ts";
import { type Sort } from "./question.ts";
import styles from "./resource-table.module.css";

type Props = Readonly<{
  columns: readonly Column[];
  tracks: string;
  sort: Sort;
  onSort(by: string): void;
}>;

/** What the columns are called; pressing one sorts by it, on the server. */
export function TableHead({ columns, tracks, sort, onSort }: Props) {
  return (
    <div className={styles["head"]} role="rowgroup">
      <div className={styles["cells"]} role="row" aria-rowindex={1} style={{ gridTemplateColumns: tracks }}>
        {columns.map((column) => (
          <HeadCell key={column.title} column={column} sort={sort} onSort={onSort} />
        ))}
      </div>
    </div>
  );
}

type CellProps = Readonly<{ column: Column; sort: Sort; onSort(by: string): void }>;

function HeadCell({ column: { title, sort: by, number = false }, sort, onSort }: CellProps) {
  const sorted = by === sort.by;
  const order = !sorted ? "none" : sort.descending ? "descending" : "ascending";
  const look = `${styles["title"]} ${number ? styles["end"] : ""} ${sorted ? styles["sorted"] : ""}`;
  if (by === undefined)
    return (
      <span className={look} role="columnheader">
        {title}
      </span>
    );
  return (
    <span className={look} role="columnheader" aria-sort={order}>
      <button className={styles["sort"]} type="button" tabIndex={-1} onClick={() => onSort(by)}>
        {title}
        {sorted && <Icon name={sort.descending ? "descending" : "ascending"} />}
      </button>
    </span>
  );
}
