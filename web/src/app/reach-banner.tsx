import { Age } from "../age.tsx";
import { StateMark } from "../state-mark.tsx";
import { useReach } from "./reach.ts";
import styles from "./reach-banner.module.css";

/** Told on every page when the server does not answer: everything below is what was. */
export function ReachBanner() {
  const { failure, lastAtMs } = useReach();
  if (failure === undefined) return null;
  return (
    <div className={styles["banner"]} role="alert">
      <StateMark health="unhealthy" />
      <span>
        <strong>{failure.title}.</strong> {failure.detail}
        {lastAtMs !== undefined && (
          <>
            {" "}
            Last answer: <Age at={new Date(lastAtMs).toISOString()} ago />.
          </>
        )}
      </span>
    </div>
  );
}
