import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { countText, counted, pluralOf } from "../count-words.ts";
import { HealthBar } from "../health-bar.tsx";
import { Empty, Waiting } from "../notice.tsx";
import { Panel } from "../panel.tsx";
import { kindWord } from "../resource-path.ts";
import { type KindCount, type KindHealth, kindsByHealth } from "./overview.ts";
import styles from "./kinds-panel.module.css";

const shownAtFirst = 12;

type Props = Readonly<{
  counts: readonly KindCount[] | undefined;
  /** Whose they are; left out: of all. */
  cluster?: string;
}>;

/** Every kind with how its objects are. */
export function KindsPanel({ counts, cluster }: Props) {
  const [all, setAll] = useState(false);
  if (counts === undefined)
    return (
      <Panel title="Kinds">
        <Waiting lines={12} />
      </Panel>
    );
  const kinds = kindsByHealth(counts);
  const shown = all ? kinds : kinds.slice(0, shownAtFirst);
  return (
    <Panel title="Kinds" note={countText(kinds.length)}>
      {kinds.length === 0 && <Empty title="Nothing was listed yet">Kinds appear as clusters answer.</Empty>}
      <table className={styles["table"]} hidden={kinds.length === 0}>
        <thead>
          <tr>
            <th scope="col">Kind</th>
            <th scope="col" className={styles["picture"]}>
              Health
            </th>
            <th scope="col" className={styles["number"]}>
              Unhealthy
            </th>
            <th scope="col" className={`${styles["number"]} ${styles["busy"]}`}>
              On their way
            </th>
            <th scope="col" className={styles["number"]}>
              Objects
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((kind) => (
            <KindRow key={`${kind.group}/${kind.kind}`} kind={kind} place={cluster === undefined ? {} : { cluster }} />
          ))}
        </tbody>
      </table>
      {kinds.length > shownAtFirst && (
        <button className={styles["more"]} type="button" onClick={() => setAll(!all)}>
          {all ? "Fewer" : `${counted(kinds.length - shownAtFirst, "more kind")}`}
        </button>
      )}
    </Panel>
  );
}

function KindRow({ kind, place }: Readonly<{ kind: KindHealth; place: Readonly<{ cluster?: string }> }>) {
  const word = kindWord(kind.group, kind.kind);
  return (
    <tr>
      <th scope="row">
        <Link className={styles["kind"]} to="/resources" search={{ kind: word, ...place }}>
          {pluralOf(kind.kind)}
        </Link>
        {kind.group !== "" && kind.group !== "core" && <span className={styles["group"]}>{kind.group}</span>}
      </th>
      <td className={styles["picture"]}>
        <HealthBar counts={kind} />
      </td>
      <td className={styles["number"]}>
        {kind.unhealthy === 0 ? (
          <span className={styles["none"]}>0</span>
        ) : (
          <Link className={styles["bad"]} to="/resources" search={{ kind: word, ...place, health: "unhealthy" }}>
            {countText(kind.unhealthy)}
          </Link>
        )}
      </td>
      <td className={`${styles["number"]} ${styles["busy"]}`}>
        <span className={kind.progressing === 0 ? styles["none"] : ""}>{countText(kind.progressing)}</span>
      </td>
      <td className={styles["number"]}>{countText(kind.total)}</td>
    </tr>
  );
}
