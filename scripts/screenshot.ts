/** npm run screenshot [-- PATH NAME]: pictures of the console in light and dark, as the README shows them. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { consoleForScript, drawn } from "../test/console/browser.ts";

/** So long the simulated world lives before it is shown: its charts and lists have something to tell then. */
const livesForMs = 25_000;
const size = { width: 1440, height: 900 };

const [page = "/", name = "console"] = process.argv.slice(2);
if (!page.startsWith("/") || !/^[\w-]+$/.test(name)) {
  process.stderr.write(
    `${page} ${name}: expected a page's path and a picture's name: npm run screenshot -- /search search\n`,
  );
  process.exit(2);
}
await using console = await consoleForScript("seed:7");
const tabs = await Promise.all(
  (["light", "dark"] as const).map((colorScheme) => console.tab({ ...size, colorScheme })),
);
await Promise.all(tabs.map((tab) => tab.open(page)));
await setTimeout(livesForMs);
for (const [index, { page }] of tabs.entries()) {
  await drawn(page);
  await page.bringToFront();
  const path = join(import.meta.dirname, `../docs/${name}${index === 0 ? "" : "-dark"}.png`);
  const picture = await page.screenshot({ type: "png", animations: "disabled", caret: "hide" });
  await writeFile(path, picture);
  process.stdout.write(`${path}: ${Math.round(picture.length / 1024)} KiB\n`);
}
