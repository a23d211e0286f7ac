import { Link } from "@tanstack/react-router";
import { countText, counted } from "../count-words.ts";
import { Figure, Figures } from "../figure.tsx";
import styles from "./fleet-figures.module.css";
import { kindsByHealth, type Overview } from "./overview.ts";

/** The fleet in five figures. */
export function FleetFigures({ overview }: Readonly<{ overview: Overview | undefined }>) {
  if (overview === undefined) return <FiguresToCome />;
  const { clusters, kinds, wrong } = overview;
  const connected = clusters.filter(({ state }) => state === "Connected").length;
  const aged = clusters.filter(({ freshness }) => freshness !== null && freshness.state !== "live").length;
  const ready = sum(clusters.map(({ nodesReady }) => nodesReady ?? 0));
  const nodes = sum(clusters.map(({ nodes }) => nodes ?? 0));
  const healths = kindsByHealth(kinds.groups);
  const pods = healths.find(({ kind, group }) => kind === "Pod" && (group === "" || group === "core"));
  return (
    <Figures label="The fleet in figures">
      <Figure
        name="Clusters"
        value={`${countText(connected)} / ${countText(clusters.length)}`}
        note={noteOf(clusters.length - connected, aged)}
        tone={connected < clusters.length ? "bad" : aged > 0 ? "busy" : undefined}
      />
      <Figure
        name="Nodes ready"
        value={`${countText(ready)} / ${countText(nodes)}`}
        note={ready === nodes ? "all of them" : `${counted(nodes - ready, "node")} not ready`}
        tone={ready < nodes ? "bad" : undefined}
      />
      <Figure name="Pods" value={countText(pods?.total ?? 0)} note={`${countText(pods?.healthy ?? 0)} healthy`} />
      <Figure name="Objects" value={countText(kinds.total)} note={`of ${counted(healths.length, "kind")}`} />
      <Figure
        name="Unhealthy"
        value={
          <Link to="/resources" search={{ health: "unhealthy" }} className={styles["plain"]}>
            {countText(wrong.total)}
          </Link>
        }
        note={`${countText(sum(healths.map(({ progressing }) => progressing)))} on their way`}
        tone={wrong.total > 0 ? "bad" : undefined}
      />
    </Figures>
  );
}

function noteOf(lost: number, aged: number): string {
  if (lost > 0) return `${countText(lost)} not connected`;
  return aged === 0 ? "connected, all live" : `connected, ${countText(aged)} not live`;
}

const FiguresToCome = () => (
  <Figures label="The fleet in figures">
    {["Clusters", "Nodes ready", "Pods", "Objects", "Unhealthy"].map((name) => (
      <Figure key={name} name={name} value="–" />
    ))}
  </Figures>
);

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
