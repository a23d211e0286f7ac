import { type FailureWords } from "./app/failure-words.ts";
import { StateMark } from "./state-mark.tsx";
import styles from "./notice.module.css";

type Props = Readonly<{ title: string; children?: React.ReactNode }>;

/** Says that there is nothing, and why, where something would stand. */
export function Empty({ title, children }: Props) {
  return (
    <div className={styles["empty"]}>
      <p className={styles["title"]}>{title}</p>
      {children !== undefined && <p>{children}</p>}
    </div>
  );
}

/** Says that something could not be had, and offers to ask again. */
export function Failed({ failure, again }: Readonly<{ failure: FailureWords; again?: () => void }>) {
  return (
    <div className={styles["failed"]} role="alert">
      <StateMark health="unhealthy" />
      <div>
        <p className={styles["title"]}>{failure.title}</p>
        {failure.detail !== "" && <p>{failure.detail}</p>}
        {failure.code !== undefined && <p className="mono">{failure.code}</p>}
        {again !== undefined && !failure.leave && (
          <button className={styles["again"]} type="button" onClick={again}>
            Ask again
          </button>
        )}
      </div>
    </div>
  );
}

/** Lines where text will stand, of the height that it will have. */
export function Waiting({ lines = 3 }: Readonly<{ lines?: number }>) {
  return (
    <div className={styles["waiting"]} role="status" aria-busy="true" aria-label="Loading">
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} className={styles["line"]} />
      ))}
    </div>
  );
}
