import { Age } from "../age.tsx";
import { ResourceLink } from "../resource-link.tsx";
import { StatusBadge } from "../status-badge.tsx";
import { type WrongExample } from "./overview.ts";
import styles from "./wrong-list.module.css";

/** Objects in trouble, each with why. */
export const WrongList = ({ examples }: Readonly<{ examples: readonly WrongExample[] }>) => (
  <ul>
    {examples.map((example) => (
      <WrongOne key={example.id} example={example} />
    ))}
  </ul>
);

const WrongOne = ({ example: { id, status, reason, createdAt } }: Readonly<{ example: WrongExample }>) => (
  <li className={styles["one"]}>
    <ResourceLink id={id} withKind withPlace />
    <span className={styles["age"]}>
      <Age at={createdAt} />
    </span>
    <span className={styles["why"]}>
      <StatusBadge health="unhealthy" word={status ?? "unknown"} />
      {reason !== null && reason !== "" && (
        <span className={`cut ${styles["reason"]}`} title={reason}>
          {reason}
        </span>
      )}
    </span>
  </li>
);
