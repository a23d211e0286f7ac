import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { countText, counted } from "../count-words.ts";
import { HealthBar } from "../health-bar.tsx";
import { type Health, healthFrom } from "../health.ts";
import { Empty } from "../notice.tsx";
import { Panel } from "../panel.tsx";
import styles from "./namespaces-panel.module.css";

export type NamespaceCount = Readonly<{ namespace: string | null; health: string | null; count: number }>;

type Namespace = Readonly<{ name: string; total: number; counts: Readonly<Record<Health, number>> }>;

const shownAtFirst = 10;

/** Namespaces of one cluster with how their objects are, those in trouble first. */
export function NamespacesPanel({ cluster, counts }: Readonly<{ cluster: string; counts: readonly NamespaceCount[] }>) {
  const [all, setAll] = useState(false);
  const namespaces = namespacesOf(counts);
  return (
    <Panel title="Namespaces" note={countText(namespaces.length)}>
      {namespaces.length === 0 && <Empty title="No namespace is known" />}
      <ul>
        {namespaces.slice(0, all ? undefined : shownAtFirst).map(({ name, total, counts }) => (
          <li key={name} className={styles["line"]}>
            <Link className={`cut ${styles["name"]}`} to="/resources" search={{ cluster, namespace: name }}>
              {name}
            </Link>
            <HealthBar counts={counts} />
            <span className={styles["bad"]}>{counts.unhealthy > 0 && `${countText(counts.unhealthy)} unhealthy`}</span>
            <span className={styles["total"]}>{countText(total)}</span>
          </li>
        ))}
      </ul>
      {namespaces.length > shownAtFirst && (
        <button className={styles["more"]} type="button" onClick={() => setAll(!all)}>
          {all ? "Fewer" : counted(namespaces.length - shownAtFirst, "more namespace")}
        </button>
      )}
    </Panel>
  );
}

/** Counts by namespace and health as namespaces; objects that are in none are left out. Pure. */
export function namespacesOf(counts: readonly NamespaceCount[]): readonly Namespace[] {
  const named = new Map<string, Namespace>();
  for (const { namespace, health, count } of counts) {
    if (namespace === null || namespace === "") continue;
    const none = { healthy: 0, progressing: 0, unhealthy: 0, unknown: 0 };
    const known = named.get(namespace) ?? { name: namespace, total: 0, counts: none };
    const state = healthFrom(health);
    named.set(namespace, {
      ...known,
      total: known.total + count,
      counts: { ...known.counts, [state]: known.counts[state] + count },
    });
  }
  return [...named.values()].sort(
    (a, b) => b.counts.unhealthy - a.counts.unhealthy || b.total - a.total || (a.name < b.name ? -1 : 1),
  );
}
