import { useEffect, useRef } from "react";
import { Icon } from "../icon.tsx";
import { type KeyBinding } from "./keys.ts";
import styles from "./keys-dialog.module.css";

type Props = Readonly<{
  /** Undefined while it is closed. */
  keys: readonly KeyBinding[] | undefined;
  onClose(): void;
}>;

/** The keys that work on the page that is open. */
export function KeysDialog({ keys, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const shown = keys !== undefined;
  useEffect(() => {
    if (shown) dialog.current?.showModal();
    else dialog.current?.close();
  }, [shown]);
  return (
    <dialog className={styles["dialog"]} ref={dialog} onClose={onClose} aria-labelledby="keys-title">
      <header className={styles["head"]}>
        <h2 id="keys-title">Keys</h2>
        <button className={styles["close"]} type="button" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <dl className={styles["list"]}>
        {keys?.map(({ keys, says }) => (
          <div key={`${keys} ${says}`} className={styles["row"]}>
            <dt>{says}</dt>
            <dd>
              {keys.split(" ").map((key) => (
                <kbd key={key}>{shownKey[key] ?? key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </dialog>
  );
}

const shownKey: Readonly<Record<string, string>> = { ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc" };
