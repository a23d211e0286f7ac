import { Age } from "../age.tsx";
import { CopyButton } from "../copy-button.tsx";
import { countText } from "../count-words.ts";
import { type Health, healthFrom } from "../health.ts";
import { Panel } from "../panel.tsx";
import { StatusBadge } from "../status-badge.tsx";
import { Conditions } from "./conditions.tsx";
import { factsOf } from "./facts.ts";
import { RelationList } from "./relation-list.tsx";
import { type Resource } from "./resource.ts";
import styles from "./overview.module.css";

/** Where nothing is said. */
const silence: Readonly<Record<Health, string>> = {
  healthy: "Nothing is wrong with it.",
  progressing: "It is on its way.",
  unhealthy: "Nothing tells why.",
  unknown: "Nothing is known of it.",
};

/** How one object is and why, and what is worth knowing of its kind. */
export function Overview({ resource }: Readonly<{ resource: Resource }>) {
  const { id, attributes, status, reason, conditions, labels, annotations } = resource;
  const health = healthFrom(attributes["health"]);
  return (
    <div className={styles["grid"]}>
      <div className={styles["column"]}>
        <Panel title="Status">
          <div className={`${styles["status"]} ${styles[health]}`}>
            <StatusBadge health={health} word={status ?? "unknown"} />
            <p className={styles["reason"]}>{reason || silence[health]}</p>
          </div>
          {conditions.length > 0 && <Conditions conditions={conditions} />}
        </Panel>
        <Panel title="Relations">
          <RelationList id={id} />
        </Panel>
      </div>
      <div className={styles["column"]}>
        <Panel title="Facts">
          <Facts resource={resource} />
        </Panel>
        <Pairs title="Labels" pairs={labels} nothing="It has no labels." />
        <Pairs title="Annotations" pairs={annotations} nothing="It has no annotations." />
      </div>
    </div>
  );
}

function Facts({ resource: { uid, createdAt, attributes } }: Readonly<{ resource: Resource }>) {
  return (
    <dl className={styles["facts"]}>
      <Fact name="Created">
        <Age at={createdAt} ago />
      </Fact>
      {factsOf(attributes).map(({ name, text, time }) => (
        <Fact key={name} name={name}>
          {time ? <Age at={text} ago /> : text}
        </Fact>
      ))}
      {uid !== null && (
        <Fact name="UID">
          <span className="mono cut">{uid}</span>
          <CopyButton text={uid} says="Copy the UID" />
        </Fact>
      )}
    </dl>
  );
}

const Fact = ({ name, children }: Readonly<{ name: string; children: React.ReactNode }>) => (
  <div className={styles["fact"]}>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

type PairsProps = Readonly<{ title: string; pairs: Readonly<Record<string, string>>; nothing: string }>;

function Pairs({ title, pairs, nothing }: PairsProps) {
  const all = Object.entries(pairs);
  return (
    <Panel title={title} note={countText(all.length)}>
      {all.length === 0 && <p className={styles["nothing"]}>{nothing}</p>}
      <dl className={styles["pairs"]}>
        {all.map(([key, value]) => (
          <div key={key} className={styles["pair"]}>
            <dt className="mono">{key}</dt>
            <dd className="mono">
              <span className={styles["value"]}>{value}</span>
              <CopyButton text={value} says={`Copy the value of ${key}`} />
            </dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}
