import { StateMark } from "../state-mark.tsx";
import { type Question } from "./question.ts";
import styles from "./health-filter.module.css";

const healths = [
  { value: "unhealthy", says: "Unhealthy" },
  { value: "progressing", says: "On their way" },
  { value: "healthy", says: "Healthy" },
] as const;

/** As addresses and the server have them. */
export const healthWords: readonly string[] = healths.map(({ value }) => value);

type Props = Readonly<{ question: Question; onChange(health: readonly string[]): void }>;

/** How they are: none pressed means however they are. */
export function HealthFilter({ question: { health }, onChange }: Props) {
  const toggle = (value: string): void =>
    onChange(health.includes(value) ? health.filter((one) => one !== value) : [...health, value]);
  return (
    <div className={styles["healths"]} role="group" aria-label="Health">
      {healths.map(({ value, says }) => (
        <button
          key={value}
          className={styles["health"]}
          type="button"
          aria-pressed={health.includes(value)}
          onClick={() => toggle(value)}
        >
          <StateMark health={value} />
          {says}
        </button>
      ))}
    </div>
  );
}
