import { type Page } from "playwright-core";

/** Milliseconds between frames while a table scrolls, and how many of its rows existed at most. */
export type Frames = Readonly<{ framesMs: readonly number[]; rows: number }>;

/** Scrolls the table by half a window a frame, `frames` times, as fast as the browser draws. */
export const scrollFrames = (page: Page, frames: number): Promise<Frames> =>
  page.evaluate(async (frames) => {
    const table = document.querySelector("[role=grid]");
    if (table === null) throw new Error("there is no table");
    const framesMs: number[] = [];
    let rows = 0;
    let lastMs = await new Promise<number>(requestAnimationFrame);
    for (let frame = 0; frame < frames; frame++) {
      table.scrollTop += table.clientHeight / 2;
      const nowMs = await new Promise<number>(requestAnimationFrame);
      framesMs.push(nowMs - lastMs);
      lastMs = nowMs;
      rows = Math.max(rows, table.querySelectorAll("[role=row]").length);
    }
    return { framesMs, rows };
  }, frames);

/** Goes to somewhere in the table; milliseconds until what is in sight is all there. */
export async function leap(page: Page): Promise<number> {
  const sinceMs = await page.evaluate(() => {
    const table = document.querySelector("[role=grid]");
    if (table !== null) table.scrollTop = Math.random() * table.scrollHeight;
    return performance.now();
  });
  await page.waitForFunction(() => {
    const table = document.querySelector("[role=grid]");
    const box = table?.getBoundingClientRect();
    const rows = [...(table?.querySelectorAll("[role=row]:has([role=gridcell])") ?? [])].filter((row) => {
      const { top, bottom } = row.getBoundingClientRect();
      return box !== undefined && bottom > box.top && top < box.bottom;
    });
    return rows.length > 5 && rows.every((row) => row.querySelector("[role=gridcell] a") !== null);
  });
  return (await page.evaluate(() => performance.now())) - sinceMs;
}
