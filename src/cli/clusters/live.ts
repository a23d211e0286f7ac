import { type ClusterId, type ClusterSummary, unknownHealth } from "../../model/index.ts";
import { type FleetCall } from "../fleet-call.ts";
import { type Cell, createLayout, type Layout } from "../output/layout.ts";
import { createScreen } from "../output/screen.ts";
import { askClusters, type ShownCluster } from "./ask.ts";
import { clusterHeaders, clusterRow, countStates, type RowOptions } from "./row.ts";

/**
 * Shows the state of every chosen cluster, asked anew every `intervalMs`, until the signal aborts. A terminal sees one
 * table that is drawn again in its place; anything else gets a line for every change.
 */
export async function watchClusters(
  call: FleetCall,
  options: Readonly<{ wide: boolean; intervalMs: number }>,
): Promise<never> {
  using show = call.output.terminal ? liveTable(call, options.wide) : changeLines(call, options.wide);
  const { clock } = call.ports;
  for (;;) {
    await askAll(call, show.update);
    await clock.sleep(options.intervalMs, call.signal);
  }
}

async function askAll(call: FleetCall, told: (summary: ShownCluster) => void): Promise<void> {
  for await (const summary of askClusters(call)) told(summary);
  call.signal.throwIfAborted();
}

type Show = Disposable & Readonly<{ update(summary: ShownCluster): void }>;

function liveTable({ clusters, ports, output, session }: FleetCall, wide: boolean): Show {
  const latest = new Map<ClusterId, ShownCluster>(
    clusters.map((info) => [info.id, { info, health: { ...unknownHealth, reason: "being asked" } }]),
  );
  const screen = createScreen(ports.stdout);
  const layout = createLayout();
  const draw = (): void => {
    const options = { wide, served: session.server !== undefined, colour: output.colour, nowMs: ports.clock.nowMs() };
    screen.draw(tableLines([...latest.values()], screen.rows(), { ...options, layout }));
  };
  draw();
  return {
    update(summary) {
      latest.set(summary.info.id, summary);
      draw();
    },
    [Symbol.dispose]: () => screen[Symbol.dispose](),
  };
}

/** The table and a line that counts; of more clusters than fit, those in trouble first. */
function tableLines(
  summaries: readonly ShownCluster[],
  rows: number,
  options: RowOptions & Readonly<{ layout: Layout }>,
): readonly string[] {
  const space = rows - 2;
  const fits = summaries.length <= space;
  const shown = fits ? summaries : summaries.toSorted((a, b) => trouble(b) - trouble(a)).slice(0, space);
  const cells = [clusterHeaders(options), ...shown.map((summary) => clusterRow(summary, options))];
  const more = fits ? "" : ` (${summaries.length - space} more than fit here)`;
  return [...options.layout.lines(cells).trimEnd().split("\n"), `${countStates(summaries)}${more}. Ctrl-C ends.`];
}

const trouble = ({ health }: ClusterSummary): number =>
  ({ Failed: 3, Degraded: 2, Unknown: 1, Connected: 0 })[health.state];

/** A line for a cluster when its state or anything else but its latency and times has changed. */
function changeLines({ clusters, ports, output, session }: FleetCall, wide: boolean): Show {
  const looks = { wide, served: session.server !== undefined, colour: false };
  const told = new Map<ClusterId, string>();
  const layout = createLayout();
  const write = (cells: readonly Cell[]): void => void output.write(layout.lines([cells])).catch(() => {});
  // Widths of what is to come: a line that was written cannot be widened.
  const sample = { health: { state: "Connected", reason: "", version: "v1.99.99", latencyMs: 1000 } } as const;
  const time = (): string => new Date(ports.clock.nowMs()).toISOString();
  layout.lines(clusters.map((info) => [time(), ...clusterRow({ info, ...sample }, { ...looks, nowMs: 0 })]));
  write(["TIME", ...clusterHeaders(looks)]);
  return {
    update(summary) {
      const { state, reason, version } = summary.health;
      const words = JSON.stringify([state, reason, version, summary.nodes, summary.namespaces]);
      if (told.get(summary.info.id) === words) return;
      told.set(summary.info.id, words);
      write([time(), ...clusterRow(summary, { ...looks, nowMs: ports.clock.nowMs() })]);
    },
    [Symbol.dispose]() {},
  };
}
