import { Link, useNavigate } from "@tanstack/react-router";
import { memo } from "react";
import { Age } from "../age.tsx";
import { healthFrom } from "../health.ts";
import { resourcePath } from "../resource-path.ts";
import { StatusBadge } from "../status-badge.tsx";
import { type Column } from "./columns.ts";
import { type Row } from "./row.ts";
import styles from "./resource-table.module.css";

type Props = Readonly<{
  id: string;
  at: number;
  top: number;
  row: Row | undefined;
  columns: readonly Column[];
  tracks: string;
  active: boolean;
  onChoose(at: number): void;
}>;

/** One row at its place, or a line where it will be. */
export const TableRow = memo(({ id, at, top, row, columns, tracks, active, onChoose }: Props) => {
  const navigate = useNavigate();
  const look = [styles["row"], active && styles["active"], row?.gone === true && styles["gone"]];
  const open = (event: React.MouseEvent): void => {
    onChoose(at);
    // Links do it themselves, and text may be chosen to be copied.
    if (row === undefined || event.defaultPrevented || event.ctrlKey || event.metaKey) return;
    if ((event.target as Element).closest("a") !== null || getSelection()?.isCollapsed === false) return;
    void navigate({ to: resourcePath(row.id) });
  };
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- The grid has the keys: j, k, Enter.
    <div
      className={look.filter(Boolean).join(" ")}
      id={id}
      role="row"
      tabIndex={-1}
      aria-rowindex={at + 2}
      aria-selected={active}
      style={{ transform: `translateY(${top}px)` }}
      onClick={open}
    >
      {row?.told !== undefined && row.gone !== true && <span key={row.told} className={styles["told"]} />}
      <div className={styles["cells"]} style={{ gridTemplateColumns: tracks }}>
        {columns.map((column) => (
          <span
            key={column.title}
            role="gridcell"
            className={`${styles["cell"]} ${column.number === true ? styles["end"] : ""}`}
          >
            {row === undefined ? <span className={styles["blank"]} /> : <Cell column={column} row={row} />}
          </span>
        ))}
      </div>
    </div>
  );
});

function Cell({ column, row }: Readonly<{ column: Column; row: Row }>) {
  const text = column.text(row);
  if (column.shows === "age") return <Age at={text} />;
  if (column.shows === "status")
    return row.gone === true ? (
      <StatusBadge health="unknown" word="Deleted" />
    ) : (
      <StatusBadge health={healthFrom(row.attributes["health"])} word={text || "–"} reason={row.reason} />
    );
  if (column.shows === "name")
    return (
      <Link className={`cut ${styles["name"]}`} to={resourcePath(row.id)} tabIndex={-1} title={text}>
        {text}
      </Link>
    );
  return (
    <span className="cut" title={text}>
      {text || <span className={styles["nothing"]}>–</span>}
    </span>
  );
}
