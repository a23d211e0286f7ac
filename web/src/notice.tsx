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

type HintProps = Readonly<{ says: string; acts: string; act(): void }>;

/** Says that something of what was asked is not as one may think, beside what is shown all the same; and a way out. */
export function Hint({ says, acts, act }: HintProps) {
  return (
    <p className={styles["hint"]} role="status">
      <span>{says}</span>
      <button className={styles["out"]} type="button" onClick={act}>
        {acts}
      </button>
    </p>
  );
}

type FailedProps = Readonly<{
  failure: FailureWords;
  again?: (() => void) | undefined;
  /** Ways out of it that this page knows. */
  children?: React.ReactNode;
}>;

/** A way out of a failure, by a button. */
export const WayOut = ({ acts, act }: Omit<HintProps, "says">) => (
  <button className={styles["again"]} type="button" onClick={act}>
    {acts}
  </button>
);

/** Says that something could not be had, and offers to ask again. */
export function Failed({ failure, again, children }: FailedProps) {
  return (
    <div className={styles["failed"]} role="alert">
      <StateMark health="unhealthy" />
      <div>
        <p className={styles["title"]}>{failure.title}</p>
        {failure.detail !== "" && <p>{failure.detail}</p>}
        {failure.code !== undefined && <p className="mono">{failure.code}</p>}
        {again !== undefined && !failure.leave && <WayOut acts="Ask again" act={again} />} {children}
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
