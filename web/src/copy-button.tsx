import { useEffect, useState } from "react";
import { Icon } from "./icon.tsx";
import styles from "./copy-button.module.css";

type Props = Readonly<{ text: string; says: string; word?: string }>;

const shownMs = 1_500;

/** Copies a text, and says that it did. */
export function CopyButton({ text, says, word }: Props) {
  const [copied, setCopied] = useState<"no" | "yes" | "refused">("no");
  useEffect(() => {
    if (copied === "no") return undefined;
    const timer = setTimeout(() => setCopied("no"), shownMs);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied("yes");
    } catch {
      setCopied("refused");
    }
  };
  const outcome = copied === "yes" ? "Copied" : "The browser refused to copy";
  return (
    <>
      <button
        className={`${styles["copy"]} ${word === undefined ? styles["bare"] : ""}`}
        type="button"
        aria-label={word === undefined ? says : undefined}
        title={copied === "no" ? says : outcome}
        onClick={() => void copy()}
      >
        <Icon name={copied === "no" ? "copy" : copied === "yes" ? "done" : "close"} />
        {word}
      </button>
      <span className="unseen" role="status">
        {copied === "no" ? "" : outcome}
      </span>
    </>
  );
}
