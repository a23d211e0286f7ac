import "uplot/dist/uPlot.min.css";
import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import UPlot from "uplot";
import { type Rate, rateLine } from "./rate.ts";
import styles from "./rate-chart.module.css";

type Props = Readonly<{ rate: Rate; since: string }>;

/** The rate as a line over its seconds; drawn anew in the colours of another scheme. */
export const RateChart = (props: Props) => <Chart key={useComputedColorScheme()} {...props} />;

function Chart({ rate, since }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<UPlot>(undefined);
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const made = new UPlot(optionsFor(element), [[], []], element);
    chart.current = made;
    const observer = new ResizeObserver(() => made.setSize(sizeOf(element)));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, []);
  useEffect(() => {
    const [ends, line] = rateLine(rate, since);
    chart.current?.setData([ends, line]);
  }, [rate, since]);
  return (
    <div className={styles["place"]} ref={place} role="img" aria-label="Changes a second over the last three minutes" />
  );
}

const sizeOf = ({ clientWidth, clientHeight }: HTMLElement) => ({ width: clientWidth, height: clientHeight });

/** "14:03", and "14:03:30" between two minutes: the day does not matter. */
const clockText = (second: number): string =>
  new Date(second * 1000).toTimeString().slice(0, second % 60 === 0 ? 5 : 8);

/** Colours are read from the page's own, for a canvas knows no variables: the style sheet gives them to the place. */
function optionsFor(element: HTMLElement): UPlot.Options {
  const { color: faint, borderTopColor: line, outlineColor: accent } = getComputedStyle(element);
  const font = `11px ${getComputedStyle(element).fontFamily}`;
  const axis = { stroke: faint, font, ticks: { show: false } };
  return {
    ...sizeOf(element),
    legend: { show: false },
    cursor: { show: false },
    padding: [6, 14, 0, 0],
    scales: { y: { range: (_plot, _low, high) => [0, Math.max(4, Math.ceil((high || 0) * 1.15))] } },
    axes: [
      { ...axis, grid: { show: false }, size: 22, space: 84, values: (_plot, seconds) => seconds.map(clockText) },
      {
        ...axis,
        grid: { stroke: line, width: 1 },
        size: 34,
        space: 28,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000],
      },
    ],
    series: [
      {},
      {
        stroke: accent,
        width: 1.5,
        fill: accent.replace(/^rgb\((.*)\)$/, "rgba($1, 0.12)"),
        points: { show: false },
      },
    ],
  };
}
