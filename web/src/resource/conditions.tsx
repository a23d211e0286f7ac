import { Age } from "../age.tsx";
import { type Health } from "../health.ts";
import { StateMark } from "../state-mark.tsx";
import { type Condition } from "./resource.ts";
import styles from "./conditions.module.css";

/** What Kubernetes says of an object, each with since when. */
export function Conditions({ conditions }: Readonly<{ conditions: readonly Condition[] }>) {
  return (
    <table className={styles["table"]}>
      <caption className="unseen">Conditions</caption>
      <thead>
        <tr>
          <th scope="col">Condition</th>
          <th scope="col">Says</th>
          <th scope="col" className={styles["since"]}>
            Since
          </th>
        </tr>
      </thead>
      <tbody>
        {conditions.map(({ type, status, reason, message, lastTransitionTime }) => (
          <tr key={type}>
            <th scope="row">
              <span className={styles["type"]}>
                <StateMark health={healthOf(type, status)} />
                {type}
              </span>
            </th>
            <td>
              <span className={styles["status"]}>{status}</span> {reason}
              {message !== null && message !== "" && <p className={styles["message"]}>{message}</p>}
            </td>
            <td className={styles["since"]}>
              <Age at={lastTransitionTime} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Conditions that are good news when they are false. */
const badNews =
  /Pressure$|^(Stalled|Failed|Degraded|ReplicaFailure|NetworkUnavailable|FailureTarget|DisruptionTarget|ScalingLimited)$/;
/** Conditions that say only what goes on. */
const noNews = /^(Progressing|Reconciling|Suspended|SuccessCriteriaMet)$/;

function healthOf(type: string, status: string): Health {
  if (status === "Unknown") return "progressing";
  if (noNews.test(type)) return status === "True" ? "healthy" : "unknown";
  return (status === "True") === badNews.test(type) ? "unhealthy" : "healthy";
}
