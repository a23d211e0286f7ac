import { useId } from "react";
import { useKeys } from "./app/use-keys.ts";
import styles from "./tabs.module.css";

export type Tab = Readonly<{ value: string; says: string }>;

type Props = Readonly<{
  name: string;
  tabs: readonly Tab[];
  chosen: string;
  onChoose(value: string): void;
  /** Also chosen by 1, 2, 3 … */
  keys?: boolean;
  /** Small, for a choice inside of a part. */
  small?: boolean;
}>;

/** Parts of a page of which one is shown: the address says which. */
export function Tabs({ name, tabs, chosen, onChoose, keys = false, small = false }: Props) {
  const id = useId();
  useKeys(keys ? tabs.map(({ value, says }, at) => ({ keys: String(at + 1), says, act: () => onChoose(value) })) : []);
  return (
    <div className={small ? styles["small"] : styles["tabs"]} role="radiogroup" aria-label={name}>
      {tabs.map(({ value, says }) => (
        <label key={value} className={small ? styles["choice"] : styles["tab"]}>
          <input
            className="unseen"
            type="radio"
            name={id}
            value={value}
            checked={value === chosen}
            onChange={() => onChoose(value)}
          />
          {says}
        </label>
      ))}
    </div>
  );
}
