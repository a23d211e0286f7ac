import styles from "./figure.module.css";

type Props = Readonly<{
  name: string;
  value: React.ReactNode;
  note?: React.ReactNode;
  tone?: "bad" | "busy" | undefined;
}>;

/** Figures side by side, each with its name: the whole at a glance. */
export function Figures({ label, children }: Readonly<{ label: string; children: React.ReactNode }>) {
  return (
    <dl className={styles["figures"]} aria-label={label}>
      {children}
    </dl>
  );
}

/** One figure; it keeps its place while it is not known yet. */
export function Figure({ name, value, note, tone }: Props) {
  return (
    <div className={styles["figure"]}>
      <dt className={styles["name"]}>{name}</dt>
      <dd className={`${styles["value"]} ${tone === undefined ? "" : styles[tone]}`}>{value}</dd>
      <dd className={styles["note"]}>{note ?? "\u00a0"}</dd>
    </div>
  );
}
