import { Age } from "../age.tsx";
import { healthFrom } from "../health.ts";
import { ResourceLink } from "../resource-link.tsx";
import { StatusBadge } from "../status-badge.tsx";
import { type Change, changeWords } from "./change.ts";
import styles from "./change-line.module.css";

type Props = Readonly<{ change: Change; withResource?: boolean }>;

/** One change in a line: when, what became of it, which object, and how that was then. */
export function ChangeLine({ change, withResource = true }: Props) {
  const { type, time, resource } = change;
  const words = changeWords[type] ?? { sign: "·", says: type.toLowerCase() };
  return (
    <div className={styles["place"]}>
      <div className={styles["line"]}>
        <span className={`${styles["what"]} ${styles[type.toLowerCase()]}`}>
          <span className={styles["sign"]} aria-hidden="true">
            {words.sign}
          </span>
          <span className={styles["says"]}>{words.says}</span>
        </span>
        {withResource && resource !== null && <ResourceLink id={resource.id} withKind withPlace />}
        {resource === null && <span className="cut">{wholeOf(change)}</span>}
        {!withResource && resource !== null && <span className={`cut ${styles["reason"]}`}>{resource.reason}</span>}
        <span className={styles["state"]}>
          {resource !== null && type !== "DELETED" && resource.status !== null && resource.status !== "Present" && (
            <StatusBadge
              health={healthFrom(resource.attributes["health"])}
              word={resource.status}
              reason={resource.reason}
            />
          )}
        </span>
        <span className={styles["age"]}>
          <Age at={time} ago />
        </span>
      </div>
    </div>
  );
}

function wholeOf({ type, cluster }: Change): string {
  if (type === "SYNCED") return `everything in ${cluster?.id ?? "a cluster"} was listed`;
  return "some changes were missed here";
}
