import { useNavigate } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState } from "react";
import { useKeys } from "../app/use-keys.ts";
import { resourcePath } from "../resource-path.ts";
import { type Column, tracksOf } from "./columns.ts";
import { type Sort } from "./question.ts";
import { type RowStore } from "./row-store.ts";
import { rowAt, type Rows } from "./rows.ts";
import { TableHead } from "./table-head.tsx";
import { TableRow } from "./table-row.tsx";
import styles from "./resource-table.module.css";

type Props = Readonly<{
  label: string;
  columns: readonly Column[];
  rows: Rows;
  store: RowStore;
  sort: Sort;
  onSort(by: string): void;
  /** Where it was scrolled to before, by whoever remembers. */
  beginAtPx: number;
  scrollId: string;
}>;

const rowPx = 32;

/** A table of any length: only what is in sight exists, and pages are asked for as they come into it. */
export function ResourceTable({ label, columns, rows, store, sort, onSort, beginAtPx, scrollId }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const total = rows.total ?? 0;
  // oxlint-disable-next-line react/incompatible-library -- It is known to change by itself, and nothing memoizes it.
  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => place.current,
    estimateSize: () => rowPx,
    overscan: 12,
    initialOffset: beginAtPx,
    scrollPaddingStart: rowPx + 4,
    scrollPaddingEnd: rowPx,
  });
  const shown = virtual.getVirtualItems();
  const [first, last] = [shown[0]?.index ?? 0, shown.at(-1)?.index ?? 0];
  useEffect(() => store.sight(first, last), [store, first, last]);

  const { active, setActive } = useRowKeys(rows, (at) => virtual.scrollToIndex(at, { align: "auto" }));
  const { tracks, minWidth } = tracksOf(columns);
  return (
    <div
      className={styles["table"]}
      ref={place}
      role="grid"
      tabIndex={0}
      aria-label={label}
      aria-rowcount={total + 1}
      aria-colcount={columns.length}
      aria-activedescendant={active === undefined ? undefined : rowId(active)}
      data-scroll-restoration-id={scrollId}
    >
      <div style={{ minWidth }}>
        <TableHead columns={columns} tracks={tracks} sort={sort} onSort={onSort} />
        <div className={styles["rows"]} role="rowgroup" style={{ height: virtual.getTotalSize() }}>
          {shown.map(({ index, start }) => (
            <TableRow
              key={index}
              id={rowId(index)}
              at={index}
              top={start}
              row={rowAt(rows, index)}
              columns={columns}
              tracks={tracks}
              active={index === active}
              onChoose={setActive}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

const rowId = (at: number): string => `row-${at}`;

/** The row that keys speak of, and the keys. */
function useRowKeys(rows: Rows, showRow: (at: number) => void) {
  const navigate = useNavigate();
  const [active, setActive] = useState<number>();
  const total = rows.total ?? 0;
  const move = (step: number): void => {
    const next = active === undefined ? 0 : Math.min(total - 1, Math.max(0, active + step));
    if (total === 0) return;
    setActive(next);
    showRow(next);
  };
  const open = (): void => {
    const row = active === undefined ? undefined : rowAt(rows, active);
    if (row !== undefined) void navigate({ to: resourcePath(row.id) });
  };
  const keys = [
    { keys: "j", says: "Next row", act: () => move(1) },
    { keys: "ArrowDown", says: "Next row", act: () => move(1) },
    { keys: "k", says: "Row before", act: () => move(-1) },
    { keys: "ArrowUp", says: "Row before", act: () => move(-1) },
    { keys: "PageDown", says: "A page on", act: () => move(20) },
    { keys: "PageUp", says: "A page back", act: () => move(-20) },
    { keys: "Home", says: "First row", act: () => move(-total) },
    { keys: "End", says: "Last row", act: () => move(total) },
    { keys: "Enter", says: "Open the row", act: open },
  ];
  useKeys(keys);
  return { active: active === undefined ? undefined : Math.min(active, Math.max(0, total - 1)), setActive };
}
