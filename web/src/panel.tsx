import { useId } from "react";
import styles from "./panel.module.css";

type Props = Readonly<{
  title: string;
  /** Beside the title: a count, a state. */
  note?: React.ReactNode;
  /** At the end of the title's line. */
  action?: React.ReactNode;
  className?: string | undefined;
  children: React.ReactNode;
}>;

/** One matter of a page, with its name. */
export function Panel({ title, note, action, className = "", children }: Props) {
  const id = useId();
  return (
    <section className={`${styles["panel"]} ${className}`} aria-labelledby={id}>
      <header className={styles["head"]}>
        <h2 id={id}>{title}</h2>
        {note !== undefined && <span className={styles["note"]}>{note}</span>}
        {action !== undefined && <span className={styles["action"]}>{action}</span>}
      </header>
      {children}
    </section>
  );
}
