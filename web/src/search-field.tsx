import { useEffect, useRef, useState } from "react";
import { useKeys } from "./app/use-keys.ts";
import { Icon } from "./icon.tsx";
import styles from "./search-field.module.css";

type Props = Readonly<{
  value: string;
  name: string;
  /** The key that goes here. */
  keys?: string;
  /** Asks only when Enter is pressed or it is left, for what is typed means nothing until it is whole. */
  waits?: boolean;
  onChange(value: string): void;
}>;

const restMs = 200;

/** A field that asks once one stops typing. Escape empties it, then leaves it. */
export function SearchField({ value, name, keys, waits = false, onChange }: Props) {
  const field = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [typed, setTyped] = useState(value);
  const [known, setKnown] = useState(value);
  // The address changed by itself: one went back, or cleared the filter.
  if (known !== value) {
    setKnown(value);
    setTyped(value);
  }
  useEffect(() => () => clearTimeout(timer.current), []);
  useKeys(keys === undefined ? [] : [{ keys, says: "Go to the filter", act: () => field.current?.focus() }]);
  const ask = (text: string): void => {
    clearTimeout(timer.current);
    if (text.trim() !== value) onChange(text.trim());
  };
  const type = (text: string): void => {
    setTyped(text);
    clearTimeout(timer.current);
    if (!waits) timer.current = setTimeout(() => ask(text), restMs);
  };
  const onKeyDown = ({ key }: React.KeyboardEvent): void => {
    if (key === "Enter") ask(typed);
    if (key !== "Escape") return;
    if (typed === "") field.current?.blur();
    else {
      setTyped("");
      ask("");
    }
  };
  return (
    <label className={styles["field"]}>
      {!waits && <Icon name="search" />}
      <span className="unseen">{name}</span>
      <input
        ref={field}
        className={styles["input"]}
        type="text"
        value={typed}
        placeholder={name}
        spellCheck={false}
        autoComplete="off"
        onChange={({ currentTarget }) => type(currentTarget.value)}
        onBlur={() => ask(typed)}
        onKeyDown={onKeyDown}
      />
      {keys !== undefined && typed === "" && <kbd aria-hidden="true">{keys}</kbd>}
    </label>
  );
}
