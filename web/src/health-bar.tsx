import { type Health } from "./health.ts";
import styles from "./health-bar.module.css";

const order = ["unhealthy", "progressing", "healthy", "unknown"] as const satisfies readonly Health[];

/** Shares of a whole by health, in a line; the numbers stand beside it, so it is a picture only. */
export function HealthBar({ counts }: Readonly<{ counts: Readonly<Record<Health, number>> }>) {
  return (
    <span className={styles["bar"]} aria-hidden="true">
      {order.map((health) =>
        counts[health] === 0 ? null : (
          <span key={health} className={`${styles["part"]} ${styles[health]}`} style={{ flexGrow: counts[health] }} />
        ),
      )}
    </span>
  );
}
