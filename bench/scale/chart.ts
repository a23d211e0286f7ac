/** Bars of one measure, a subject each; the first is our own, and the others are told as multiples of it. */
export type Panel = Readonly<{
  title: string;
  unit: string;
  /** "as much", "as long". */
  compared: string;
  bars: readonly Readonly<{ label: string; value: number }>[];
}>;

export type Chart = Readonly<{
  title: string;
  /** Where the figures are from. */
  note: string;
  /** All with the same subjects in the same order. */
  panels: readonly Panel[];
}>;

const layout = {
  labels: 188,
  panel: 344,
  bar: { height: 16, width: 150, rounding: 3 },
  row: 30,
  head: 84,
  foot: 40,
  right: 4,
} as const;

/** Colours follow the reader's scheme: a picture in a page is told of it as the page is. */
const style = `
  text { font-family: system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; font-size: 13px; fill: #1f2328; }
  .title { font-size: 16px; font-weight: 600; }
  .head { font-weight: 600; }
  .own { font-weight: 600; }
  .quiet { fill: #59636e; }
  .note { font-size: 12px; fill: #59636e; }
  .bar { fill: #b4bcc6; }
  .bar.mine { fill: #1f6feb; }
  .axis { stroke: #b4bcc6; stroke-width: 1; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .quiet, .note { fill: #9aa4af; }
    .bar { fill: #545d68; }
    .bar.mine { fill: #4c8dff; }
    .axis { stroke: #545d68; }
  }
`;

/** A picture (SVG 1.1) of how several subjects compare. Pure: the same chart gives the same text. */
export function renderChart(chart: Chart): string {
  const { panels, title, note } = chart;
  const rows = panels[0]?.bars.length ?? 0;
  const width = layout.labels + panels.length * layout.panel + layout.right;
  const height = layout.head + rows * layout.row + layout.foot;
  const frame = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${frame} role="img" aria-labelledby="title description">`,
    `<title id="title">${escape(title)}</title>`,
    `<desc id="description">${escape(inWords(chart))}</desc>`,
    `<style>${style}</style>`,
    text(0, 22, { value: title, class: "title" }),
    ...(panels[0]?.bars ?? []).map(({ label }, row) =>
      text(layout.labels - 12, textY(row), { value: label, class: row === 0 ? "own" : "", anchor: "end" }),
    ),
    ...panels.flatMap((panel, index) => panelLines(panel, layout.labels + index * layout.panel)),
    text(0, height - 12, { value: note, class: "note" }),
    "</svg>",
    "",
  ].join("\n");
}

/** The picture for who does not see it. */
const inWords = ({ panels }: Chart): string =>
  panels
    .map((panel) => `${panel.title}: ${panel.bars.map((bar) => `${bar.label} ${valueWords(panel, bar)}`).join("; ")}.`)
    .join(" ");

function panelLines(panel: Panel, left: number): readonly string[] {
  const { bar, row: rowHeight, head } = layout;
  const most = Math.max(...panel.bars.map(({ value }) => value));
  const bottom = head + panel.bars.length * rowHeight - (rowHeight - bar.height) / 2;
  return [
    text(left, head - 22, { value: panel.title, class: "head" }),
    ...panel.bars.flatMap((each, row) => {
      const length = Math.max(2, round((each.value / most) * bar.width));
      const mine = row === 0 ? " mine" : "";
      return [
        `<path class="bar${mine}" d="${barPath({ left, top: head + row * rowHeight, length })}"/>`,
        text(left + length + 8, textY(row), { value: valueWords(panel, each), class: row === 0 ? "own" : "quiet" }),
      ];
    }),
    `<line class="axis" x1="${left}" y1="${head - 6}" x2="${left}" y2="${bottom + 6}"/>`,
  ];
}

/** Square where it begins, round where it ends. */
function barPath({ left, top, length }: Readonly<{ left: number; top: number; length: number }>): string {
  const { height, rounding } = layout.bar;
  const r = Math.min(rounding, length);
  const corners = [`q${r} 0 ${r} ${r}`, `q0 ${r} ${-r} ${r}`];
  return `M${left} ${top}h${length - r}${corners[0]}v${height - 2 * r}${corners[1]}h${r - length}z`;
}

/** "2,607 MB, 5.4 × as much" */
function valueWords({ unit, compared, bars }: Panel, bar: Panel["bars"][number]): string {
  const value = `${bar.value >= 100 ? Math.round(bar.value).toLocaleString("en") : figure(bar.value, 3)} ${unit}`;
  const own = bars[0]?.value ?? NaN;
  return bar === bars[0] ? value : `${value}, ${figure(bar.value / own, 2)} × ${compared}`;
}

const figure = (value: number, digits: number): string => String(Number(value.toPrecision(digits)));

const textY = (row: number): number => layout.head + row * layout.row + 13;

type Text = Readonly<{ value: string; class: string; anchor?: string }>;

function text(x: number, y: number, { value, class: kind, anchor }: Text): string {
  const attributes = `${kind === "" ? "" : ` class="${kind}"`}${anchor === undefined ? "" : ` text-anchor="${anchor}"`}`;
  return `<text x="${x}" y="${y}"${attributes}>${escape(value)}</text>`;
}

const round = (value: number): number => Math.round(value * 10) / 10;

const escape = (value: string): string =>
  value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
