import { type Health } from "./health.ts";
import { StateMark } from "./state-mark.tsx";
import styles from "./status-badge.module.css";

type Props = Readonly<{ health: Health; word: string; reason?: string | null | undefined; strong?: boolean }>;

/** The state of anything: shape, colour and word, and its reason when pointed at. */
export function StatusBadge({ health, word, reason, strong = false }: Props) {
  const look = `${styles["badge"]} ${styles[health]} ${strong ? styles["strong"] : ""}`;
  return (
    <span className={look} title={reason || undefined}>
      <StateMark health={health} />
      <span className="cut">{word}</span>
    </span>
  );
}
