import { useEffect, useMemo, useState } from "react";
import { useLive } from "../app/live-query.ts";
import { useKeys } from "../app/use-keys.ts";
import { CopyButton } from "../copy-button.tsx";
import { countText, counted } from "../count-words.ts";
import { Failed, Waiting } from "../notice.tsx";
import { SearchField } from "../search-field.tsx";
import { findLines, yamlLines } from "./yaml-lines.ts";
import { YamlText } from "./yaml-text.tsx";
import styles from "./yaml-tab.module.css";

const document = /* GraphQL */ `
  query Yaml($id: ID!) {
    resource(id: $id) {
      id
      yaml
    }
  }
`;

type Data = Readonly<{ resource: Readonly<{ id: string; yaml: string | null }> | null }>;

/** An object as YAML, as the server keeps it: to read, to search, to copy. */
export function YamlTab({ id, told }: Readonly<{ id: string; told: string }>) {
  const { data, failure, again } = useLive<Data>(document, { id }, { everyMs: 15_000 });
  useEffect(() => {
    if (told !== "") again();
  }, [told, again]);
  const yaml = data?.resource?.yaml ?? "";
  const text = useMemo(() => yamlLines(yaml), [yaml]);
  const [word, setWord] = useState("");
  const [step, setStep] = useState(0);
  const found = useMemo(() => findLines(text.lines, word), [text, word]);
  const at = found.length === 0 ? undefined : ((step % found.length) + found.length) % found.length;
  useKeys([
    { keys: "n", says: "Next place", act: () => setStep(step + 1) },
    { keys: "N", says: "Place before", act: () => setStep(step - 1) },
  ]);
  if (data === undefined)
    return failure === undefined ? <Waiting lines={12} /> : <Failed failure={failure} again={again} />;
  return (
    <section className={styles["tab"]} aria-label="YAML">
      <div className={styles["head"]}>
        <SearchField
          value={word}
          name="Find in the text"
          keys="/"
          onChange={(next) => {
            setWord(next);
            setStep(0);
          }}
        />
        <span className={styles["found"]} role="status">
          {word !== "" && (at === undefined ? "not found" : `${countText(at + 1)} of ${counted(found.length, "line")}`)}
        </span>
        <span className={styles["size"]}>{counted(text.lines.length, "line")}</span>
        <CopyButton text={yaml} says="Copy the YAML" word="Copy" />
      </div>
      <YamlText text={text} word={word} line={at === undefined ? undefined : found[at]} />
    </section>
  );
}
