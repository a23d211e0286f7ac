import { useEffect } from "react";
import styles from "./page-head.module.css";

type Props = Readonly<{
  title: string;
  /** What the window is called; the title where it is left out. */
  windowTitle?: string;
  above?: React.ReactNode;
  note?: React.ReactNode;
  children?: React.ReactNode;
}>;

/** What a page is called, in the page and in the window. */
export function PageHead({ title, windowTitle = title, above, note, children }: Props) {
  useEffect(() => {
    document.title = `${windowTitle} · Heddle`;
  }, [windowTitle]);
  return (
    <header className={styles["head"]}>
      <div className={styles["words"]}>
        {above !== undefined && <div className={styles["above"]}>{above}</div>}
        <div className={styles["line"]}>
          <h1 className={styles["title"]}>{title}</h1>
          {note !== undefined && <span className={styles["note"]}>{note}</span>}
        </div>
      </div>
      {children !== undefined && <div className={styles["actions"]}>{children}</div>}
    </header>
  );
}
