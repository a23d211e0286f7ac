import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import { type Change } from "./change.ts";
import { ChangeLine } from "./change-line.tsx";
import { keyOf } from "./feed.ts";
import styles from "./changes-page.module.css";

type Props = Readonly<{
  changes: readonly Change[];
  /** There is nothing older. */
  ended: boolean;
  onEnd(): void;
  /** One scrolled away from the newest: what comes then must not move what is read. */
  onAway(): void;
}>;

const linePx = 32;
/** Older ones are asked for so many lines before the end comes into sight. */
const ahead = 40;

/** Changes with the newest on top; only lines in sight exist. */
export function ChangeList({ changes, ended, onEnd, onAway }: Props) {
  const place = useRef<HTMLDivElement>(null);
  // oxlint-disable-next-line react/incompatible-library -- It is known to change by itself, and nothing memoizes it.
  const virtual = useVirtualizer({
    count: changes.length,
    getScrollElement: () => place.current,
    estimateSize: () => linePx,
    overscan: 12,
  });
  const shown = virtual.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  const near = last >= changes.length - ahead;
  useEffect(() => {
    if (near && !ended) onEnd();
  }, [near, ended, onEnd, changes.length]);
  return (
    <div
      className={styles["list"]}
      ref={place}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- What scrolls must be reached by keys.
      tabIndex={0}
      role="region"
      aria-label="Changes, the newest first"
      onScroll={({ currentTarget }) => {
        if (currentTarget.scrollTop > linePx * 2) onAway();
      }}
    >
      <ol className={styles["lines"]} style={{ height: virtual.getTotalSize() }}>
        {shown.map(({ index, start }) => {
          const change = changes[index];
          return (
            change && (
              <li key={keyOf(change)} className={styles["line"]} style={{ transform: `translateY(${start}px)` }}>
                <ChangeLine change={change} />
              </li>
            )
          );
        })}
      </ol>
    </div>
  );
}
