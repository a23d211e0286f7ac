import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { type Page } from "playwright-core";
import { sized } from "../size.ts";
import { accessibilityFaults, type ConsoleForTest, consoleForTest, drawn, type Tab } from "./browser.ts";

const clusters = sized({ small: 2, full: 4 });
const podsEach = sized({ small: 1_000, full: 25_000 });

const rows = (page: Page) => page.locator("[role=grid] [role=rowgroup]:last-child > [role=row]");
const names = async (page: Page): Promise<readonly string[]> =>
  rows(page).locator("[role=gridcell]:first-child").allInnerTexts();
/** The number beside the heading. */
const total = async (page: Page): Promise<number> => {
  const text = await page.locator("main header").first().innerText();
  return Number(/([\d,]+)\s*(live|connecting|paused)/.exec(text)?.[1]?.replaceAll(",", "") ?? Number.NaN);
};
const until = async (page: Page, what: string, holds: () => Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + 120_000;
  while (!(await holds())) {
    assert.ok(performance.now() < deadline, `in vain: ${what}`);
    await page.waitForTimeout(100);
  }
};
const filled = (page: Page): Promise<void> =>
  until(page, "rows with names", async () => {
    const shown = await names(page);
    return shown.length > 0 && shown.every((name) => name !== "");
  });

/** A page of a big fleet, with its table. */
async function openTable(console: ConsoleForTest, path: string): Promise<Tab> {
  const tab = await console.tab({ width: 1440, height: 900 });
  await tab.open(path);
  await filled(tab.page);
  return tab;
}

describe("the table of resources", () => {
  it("is quick and right with very many rows", async (t) => {
    const console = await consoleForTest(t, `seed:7,clusters:${clusters},pods:${podsEach}`);
    if (console === undefined) return;
    const { page, troubles } = await openTable(console, "/resources?kind=Pod");
    await until(page, "every pod is counted", async () => (await total(page)) > clusters * podsEach * 0.8);

    await t.test("of which only those in sight exist", async () => {
      const count = await rows(page).count();
      assert.ok(count > 20 && count < 80, `${count} rows exist`);
      const grid = page.locator("[role=grid]");
      // The world goes on between two looks.
      await until(
        page,
        "a row for each, and the heads'",
        async () => Number(await grid.getAttribute("aria-rowcount")) === (await total(page)) + 1,
      );
    });

    await t.test("leaps to its end and its middle, where the server's own order continues", () => leaps(page));

    await t.test("scrolls on without an empty row for long", async () => {
      for (let turn = 0; turn < 20; turn += 1) await page.mouse.wheel(0, 900);
      await filled(page);
    });

    await t.test("narrows and sorts on the server, and says so in the address", () => narrows(page));
    assert.deepEqual(troubles(), []);
  });

  it("is alive", async (t) => {
    const console = await consoleForTest(t);
    if (console === undefined) return;
    await t.test("rows change in place while one looks", () => changes(t, console));
    await t.test("keys go from row to row, open one, and come back to where one was", () => keys(console));
    await t.test("choosers count what there is", () => choosers(console));
    await t.test("a filter that means nothing is told, with the way out", () => refused(console));
    await t.test("a server that cannot be reached is told, and what was known stays until it is back", () =>
      unreachable(console),
    );
    await t.test(
      "a page that could not be fetched leaves what stands around it, and comes when it is asked again",
      () => unfetched(console),
    );
  });
});

async function leaps(page: Page): Promise<void> {
  const grid = page.locator("[role=grid]");
  const scrollTo = (part: number): Promise<void> =>
    grid.evaluate((element, part) => element.scrollTo({ top: element.scrollHeight * part }), part);
  const first = await names(page);
  // The world goes on: rows may be added while one looks.
  await until(page, "the last row", async () => {
    await scrollTo(1);
    await filled(page);
    const indexes = await rows(page).evaluateAll((all) => all.map((row) => Number(row.getAttribute("aria-rowindex"))));
    return Math.max(...indexes) === Number(await grid.getAttribute("aria-rowcount"));
  });
  assert.notDeepEqual(await names(page), first);
  await scrollTo(0.5);
  await filled(page);
  assert.ok((await rows(page).count()) < 80);
}

async function narrows(page: Page): Promise<void> {
  const before = await total(page);
  await page.keyboard.press("/");
  await page.keyboard.type("web-");
  await page.waitForURL(/q=web-/);
  await until(page, "fewer pods", async () => (await total(page)) < before);
  await filled(page);
  for (const name of await names(page)) assert.match(name, /web-/);
  await page.keyboard.press("Escape");
  await page.waitForURL((url) => !url.search.includes("q="));
  await page.getByRole("columnheader", { name: "Restarts" }).getByRole("button").click();
  await page.getByRole("columnheader", { name: "Restarts" }).getByRole("button").click();
  await page.waitForURL(/sort=-restarts/);
  await filled(page);
  // A pod that has just restarted once more stands where it stood for a moment.
  await until(page, "the most restarts first", async () => {
    const restarts = await rows(page).locator("[role=gridcell]:nth-child(6)").allInnerTexts();
    const numbers = restarts.slice(0, 10).map(Number);
    return numbers.length > 0 && numbers.every((number, at) => at === 0 || number <= (numbers[at - 1] ?? 0));
  });
}

async function changes(t: TestContext, console: ConsoleForTest): Promise<void> {
  const { page, troubles } = await openTable(console, "/resources?kind=Pod");
  const seen = new Set<string>();
  await until(page, "states that change under the same names", async () => {
    seen.add((await rows(page).allInnerTexts()).join("\n").replace(/\b\d+[smhd]\S*/g, ""));
    return seen.size > 2;
  });
  t.diagnostic(`${seen.size} states`);
  assert.deepEqual(troubles(), []);
}

async function keys(console: ConsoleForTest): Promise<void> {
  const { page } = await openTable(console, "/resources?kind=Deployment.apps");
  for (const key of ["j", "j", "ArrowDown", "k"]) await page.keyboard.press(key);
  const active = page.locator("[role=row][aria-selected=true]");
  await until(page, "the last key to be obeyed", async () => (await active.getAttribute("aria-rowindex")) === "3");
  assert.equal(
    await page.locator("[role=grid]").getAttribute("aria-activedescendant"),
    await active.getAttribute("id"),
  );
  const name = (await active.locator("[role=gridcell]").first().innerText()).trim();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/resources\/[^?]+\/Deployment\//);
  await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
  await page.goBack();
  await page.waitForURL(/\/resources\?kind=Deployment\.apps/);
  await filled(page);
}

async function choosers(console: ConsoleForTest): Promise<void> {
  const { page } = await openTable(console, "/resources");
  await page.getByRole("search").getByRole("button", { name: /^Kind/ }).click();
  const option = page.getByRole("option", { name: /^Deployments/ });
  await option.waitFor();
  assert.deepEqual(await accessibilityFaults(page), []);
  const counted = Number(/(\d+)\s*$/.exec(await option.innerText())?.[1]);
  await page.keyboard.type("deploym");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL(/kind=Deployment\.apps/);
  await page.getByRole("heading", { level: 1, name: "Deployments" }).waitFor();
  await until(
    page,
    "as many rows as were counted, or a few more or less",
    async () => Math.abs((await total(page)) - counted) <= 3,
  );
}

async function refused(console: ConsoleForTest): Promise<void> {
  const { page, open } = await console.tab();
  await open("/resources?kind=Deploymint");
  await page
    .getByRole("alert")
    .getByText(/did you mean/i)
    .waitFor();
  await open("/resources?kind=Pod&labels=app%20in%20(");
  await page.getByRole("alert").getByText("HEDDLE_").waitFor();
  assert.deepEqual(await accessibilityFaults(page), []);
}

async function unreachable(console: ConsoleForTest): Promise<void> {
  const { page } = await openTable(console, "/resources?kind=Deployment.apps");
  const shown = await names(page);
  await page.context().setOffline(true);
  await page.getByRole("alert").getByText("The server cannot be reached").first().waitFor();
  assert.deepEqual(await names(page), shown);
  await page.context().setOffline(false);
  await page.getByText("live", { exact: true }).first().waitFor();
  await page.getByText("The server cannot be reached").first().waitFor({ state: "detached" });
}

async function unfetched(console: ConsoleForTest): Promise<void> {
  const { page } = await console.tab();
  await drawn(page);
  await page.context().setOffline(true);
  await page.keyboard.press("g");
  await page.keyboard.press("c");
  await page.getByText("A part of the console could not be loaded").waitFor();
  await page.getByRole("navigation").first().waitFor();
  await page.context().setOffline(false);
  await page.getByRole("button", { name: "Ask again" }).click();
  await page.getByRole("heading", { name: "Clusters", level: 1 }).waitFor();
}
