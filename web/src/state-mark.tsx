import { type Health } from "./health.ts";
import styles from "./state-mark.module.css";

/** A shape and colour for how something is; the word stands beside it, so it says nothing to screen readers. */
export function StateMark({ health }: Readonly<{ health: Health }>) {
  return (
    <svg className={`${styles["mark"]} ${styles[health]}`} viewBox="0 0 10 10" aria-hidden="true">
      {shapes[health]}
    </svg>
  );
}

const shapes: Readonly<Record<Health, React.ReactNode>> = {
  healthy: <circle cx="5" cy="5" r="4" />,
  progressing: (
    <>
      <circle cx="5" cy="5" r="3.4" fill="none" stroke="currentColor" strokeWidth="1.4" />
      <path d="M5 1.6a3.4 3.4 0 0 1 0 6.8z" />
    </>
  ),
  unhealthy: <path d="M5 .6 9.7 9.2H.3z" />,
  unknown: <circle cx="5" cy="5" r="3.2" fill="none" stroke="currentColor" strokeWidth="1.4" strokeDasharray="2 1.4" />,
};
