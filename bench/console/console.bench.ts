import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Page } from "playwright-core";
import { buildBundles } from "../../scripts/bundle.ts";
import { currentConsole, launchChromium, openTab, type ServedConsole } from "../../test/console/browser.ts";
import { type Bench, type Figure, median, percentile } from "../model.ts";
import { startServed } from "../served.ts";
import { untilSynced } from "../scale/stages/sync-served.ts";
import { startWorld } from "../scale/world/world.ts";
import { type Frames, leap, scrollFrames } from "./frames.ts";

const clusters = 10;
const pods = Number(process.env["HEDDLE_BENCH_PODS"] ?? 100_000);
const rounds = 5;

/** A row of the table that has its object. */
const filledRow = "[role=row] [role=gridcell] a";

/**
 * The console in Chromium on 100,000 simulated pods: until it is drawn, until rows are there, and how it scrolls while
 * pods change. Chromium draws by the same two cores that serve.
 */
export const benchConsole: Bench = async ({ signal, say }) => {
  await buildBundles();
  await currentConsole();
  await using parts = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "heddle-bench-"));
  parts.defer(() => rm(folder, { recursive: true, force: true }));
  const world = parts.use(await startWorld({ clusters, pods: Math.floor(pods / clusters) }, signal));
  say(`${world.objects} objects in ${clusters} clusters`);
  const server = parts.use(await startServed({ args: ["--kubeconfig", world.kubeconfigPath], folder, signal }));
  await untilSynced(server, signal);
  const served = await servedConsole(server);
  const browser = await launchChromium();
  parts.defer(() => browser.close());
  const fresh = () => openTab({ browser, served }, { width: 1440, height: 900 });

  const first = await measured(rounds, async () => paintOf((await fresh()).page));
  say(`first paint ${first.map(({ paintMs }) => Math.round(paintMs)).join(", ")} ms`);
  const rows = await measured(rounds, async () => {
    const { page } = await fresh();
    await page.goto(`${served.address}/resources?kind=pods`);
    await page.locator(filledRow).first().waitFor();
    return await page.evaluate(() => performance.now());
  });
  const tab = await fresh();
  await tab.open("/resources?kind=pods");
  await tab.page.locator(filledRow).first().waitFor();
  const quiet = await scrollFrames(tab.page, 400);
  const storm = world.storm({ perSecond: 100, seconds: 12, busy: 0.1 });
  const busy = await scrollFrames(tab.page, 400);
  const leaps = await measured(9, async () => leap(tab.page));
  await storm;
  if (tab.troubles().length > 0) throw new Error(tab.troubles().join("\n"));
  const figures: readonly Figure[] = [
    {
      label: "first paint, nothing cached, median",
      value: median(first.map(({ paintMs }) => paintMs)),
      unit: "ms",
      target: "≤ 1,000",
    },
    { label: "bytes sent for it", value: median(first.map(({ bytes }) => bytes)) / 1e3, unit: "kB" },
    { label: "requests for it", value: median(first.map(({ requests }) => requests)), unit: "" },
    {
      label: `first rows of ${pods.toLocaleString("en")} pods, nothing cached, median`,
      value: median(rows),
      unit: "ms",
    },
    ...frameFigures("scrolling through them", quiet),
    ...frameFigures("the same while 100 pods a second change", busy),
    { label: "a leap to anywhere in them until its rows are there, median", value: median(leaps), unit: "ms" },
    { label: "rows that exist meanwhile, at most", value: Math.max(quiet.rows, busy.rows), unit: "" },
  ];
  return { name: "console", command: "npm run bench -- console", figures };
};

const frameFigures = (what: string, { framesMs }: Frames): readonly Figure[] => [
  { label: `${what}, a frame, median`, value: median(framesMs), unit: "ms" },
  { label: `${what}, a frame, p95`, value: percentile(framesMs, 0.95), unit: "ms" },
  { label: `${what}, the longest frame`, value: Math.max(...framesMs), unit: "ms" },
];

/** One after the other: the browser and the server share the machine. */
async function measured<T>(times: number, work: () => Promise<T>): Promise<readonly T[]> {
  const found: T[] = [];
  for (let round = 0; round < times; round++) found.push(await work());
  return found;
}

async function servedConsole(
  server: Readonly<{ ask(path: string, body?: object): Promise<string> }>,
): Promise<ServedConsole> {
  const linkTo = async (page: string): Promise<string> => {
    const { url } = JSON.parse(await server.ask("/api/page-url", {})) as { url: string };
    return `${url}&next=${encodeURIComponent(page)}`;
  };
  return { address: new URL(await linkTo("/")).origin, link: (page = "/") => linkTo(page) };
}

type Paint = Readonly<{ paintMs: number; bytes: number; requests: number }>;

/** Of the document that the tab shows, from the start of its navigation. */
async function paintOf(page: Page): Promise<Paint> {
  await page.locator("main h1").first().waitFor();
  return await page.evaluate(async () => {
    const paintMs = await new Promise<number>((resolve) =>
      new PerformanceObserver((list) => {
        const [paint] = list.getEntriesByName("first-contentful-paint");
        if (paint !== undefined) resolve(paint.startTime);
      }).observe({ type: "paint", buffered: true }),
    );
    const loaded = performance.getEntries().filter((entry) => "transferSize" in entry);
    const bytes = loaded.reduce((sum, entry) => sum + Number((entry as { transferSize?: number }).transferSize), 0);
    return { paintMs, bytes, requests: loaded.length };
  });
}
