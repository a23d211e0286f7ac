import { type MantineColorScheme, useMantineColorScheme } from "@mantine/core";
import { Icon } from "../icon.tsx";
import styles from "./scheme-switch.module.css";

const schemes = [
  { value: "light", says: "Light", icon: "light" },
  { value: "auto", says: "As the system", icon: "system" },
  { value: "dark", says: "Dark", icon: "dark" },
] as const satisfies readonly Readonly<{ value: MantineColorScheme; says: string; icon: string }>[];

/** Light, dark, or as the system has it: remembered by this browser. */
export function SchemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <div className={styles["switch"]} role="radiogroup" aria-label="Colours">
      {schemes.map(({ value, says, icon }) => (
        <label key={value} className={styles["choice"]} title={says}>
          <input
            className="unseen"
            type="radio"
            name="colours"
            aria-label={says}
            checked={colorScheme === value}
            onChange={() => setColorScheme(value)}
          />
          <Icon name={icon} />
        </label>
      ))}
    </div>
  );
}
