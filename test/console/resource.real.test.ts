import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Page } from "playwright-core";
import { until } from "../kube/until.ts";
import { accessibilityFaults, type ConsoleForTest, consoleForTest, drawn } from "./browser.ts";

const where = {
  page: "/resources/prod-us-east-1/apps/Deployment/shop/api",
  id: "prod-us-east-1/apps/Deployment/shop/api",
};

describe("the page of one resource", () => {
  it("tells everything of it", async (t) => {
    const console = await consoleForTest(t);
    if (console === undefined) return;
    await t.test("how it is, with its facts, labels and what belongs to it", () => overview(console));
    await t.test("its relations, drawn and as a table that says the same", () => relations(console));
    await t.test("its text, which can be searched and copied", () => yaml(console));
    await t.test("what became of it, as it comes", () => becomes(console));
    await t.test("each part at an address of its own, back and forth", () => addresses(console));
    await t.test("by one stream at a time, wherever one goes", () => oneStream(console));
  });
});

async function overview(console: ConsoleForTest): Promise<void> {
  const { page, open, troubles } = await console.tab();
  await open(where.page);
  await page.getByRole("heading", { level: 1, name: "api", exact: true }).waitFor();
  for (const name of ["Status", "Relations", "Facts", "Labels", "Annotations"])
    await page.getByRole("heading", { level: 2, name, exact: true }).waitFor();
  await page.getByText("Available replicas").waitFor();
  await page.getByRole("rowheader", { name: "owns" }).first().waitFor();
  assert.deepEqual(troubles(), []);
}

async function relations(console: ConsoleForTest): Promise<void> {
  const { page, open, troubles } = await console.tab({ width: 1440, height: 900 });
  await open(`${where.page}?tab=relations`);
  const boxes = page.locator(".react-flow__node");
  await boxes.first().waitFor();
  await page.locator(".react-flow__edge").first().waitFor({ state: "attached" });
  const texts = (await boxes.allInnerTexts()).map((text) => text.replaceAll("\n", " "));
  for (const kind of ["Deployment", "ReplicaSet", "Pod", "Service"])
    assert.ok(
      texts.some((text) => text.startsWith(kind)),
      `${kind} is among ${texts.join(", ")}`,
    );
  assert.deepEqual(await overlaps(page), []);
  await page.locator(".react-flow__edge-interaction").first().dispatchEvent("mouseover");
  await page.getByText(/, because /).waitFor();
  assert.deepEqual(await accessibilityFaults(page), []);
  await page.getByRole("radio", { name: "Table" }).check({ force: true });
  await page.waitForURL(/view=table/);
  await page
    .getByRole("cell", { name: /names Deployment "api"/ })
    .first()
    .waitFor();
  assert.deepEqual(await accessibilityFaults(page), []);
  assert.deepEqual(troubles(), []);
}

/** Boxes that lie on each other. */
const overlaps = (page: Page): Promise<readonly string[]> =>
  page.locator(".react-flow__node").evaluateAll((nodes) => {
    const boxes = nodes.map((node) => ({ text: node.textContent, ...node.getBoundingClientRect().toJSON() }));
    const isOn = (a: DOMRect, b: DOMRect): boolean =>
      a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
    return boxes.flatMap((a, at) =>
      boxes
        .slice(at + 1)
        .filter((b) => isOn(a, b))
        .map((b) => `${a.text} on ${b.text}`),
    );
  });

async function yaml(console: ConsoleForTest): Promise<void> {
  const { page, open, troubles } = await console.tab();
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(`${where.page}?tab=yaml`);
  await page.getByText("apiVersion").first().waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("REPLICAS");
  await page.getByText(/1 of \d+ lines?/).waitFor();
  await page.locator("mark").first().waitFor();
  await page.getByRole("button", { name: "Copy", exact: true }).click();
  await page.getByText("Copied").waitFor({ state: "attached" });
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(copied, /^apiVersion: apps\/v1\nkind: Deployment\n/);
  assert.deepEqual(await accessibilityFaults(page), []);
  assert.deepEqual(troubles(), []);
}

/** Presses again while the page has not gone there: a row that moves just then, or comes anew, loses its key. */
async function pressUntil(page: Page, press: () => Promise<void>, isThere: (url: URL) => boolean): Promise<void> {
  await until("the page that a key leads to", async () => {
    if (isThere(new URL(page.url()))) return true;
    await press();
    return page.waitForURL(isThere, { timeout: 5_000 }).then(
      () => true,
      () => false,
    );
  });
}

async function becomes(console: ConsoleForTest): Promise<void> {
  const { page, open, troubles } = await console.tab();
  // What is deployed all the time in the simulated world: some deployment of the shop changes within seconds.
  await open("/changes?kind=Deployment.apps");
  await page.getByRole("listitem").first().waitFor();
  const first = page.getByRole("listitem").first().getByRole("link");
  await pressUntil(
    page,
    () => first.press("Enter", { timeout: 5_000 }),
    ({ pathname }) => pathname !== "/changes",
  );
  await drawn(page);
  await pressUntil(
    page,
    () => page.keyboard.press("4"),
    ({ search }) => search.includes("tab=changes"),
  );
  await page
    .getByText(/changed|created/)
    .first()
    .waitFor();
  assert.deepEqual(troubles(), []);
}

async function addresses(console: ConsoleForTest): Promise<void> {
  const { page, open } = await console.tab();
  await open("/");
  const toClusters = async (): Promise<void> => {
    await page.keyboard.press("g");
    await page.keyboard.press("c");
  };
  await pressUntil(page, toClusters, ({ pathname }) => pathname === "/clusters");
  // By its table: the address is the new page's before its content is, and the page before has rows as well.
  const first = page.getByRole("table", { name: "Clusters" }).getByRole("rowheader").getByRole("link").first();
  await pressUntil(
    page,
    () => first.press("Enter", { timeout: 5_000 }),
    ({ pathname }) => /^\/clusters\/.+/.test(pathname),
  );
  const onClusters = page.getByRole("heading", { level: 1, name: "Clusters", exact: true });
  await onClusters.waitFor({ state: "hidden" });
  await page.goBack();
  await onClusters.waitFor();
  assert.equal(page.url(), `${console.address}/clusters`);
  await page.goForward();
  await onClusters.waitFor({ state: "hidden" });
  assert.match(page.url(), /\/clusters\/.+/);
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys" }).waitFor();
  assert.deepEqual(await accessibilityFaults(page), []);
  await page.keyboard.press("Escape");
  await page.getByRole("dialog", { name: "Keys" }).waitFor({ state: "hidden" });
  await page.getByRole("radio", { name: "Dark" }).check({ force: true });
  await page.reload();
  await drawn(page);
  assert.equal(await page.locator("html").getAttribute("data-mantine-color-scheme"), "dark");
}

/** A browser has six connections to a server: a stream that is left open on each page would stop the console soon. */
async function oneStream(console: ConsoleForTest): Promise<void> {
  const { page, open } = await console.tab();
  const streams = new Set<unknown>();
  page.on("request", (request) => {
    if (request.headers()["accept"]?.includes("text/event-stream") === true) streams.add(request);
  });
  page.on("requestfinished", (request) => streams.delete(request));
  page.on("requestfailed", (request) => streams.delete(request));
  await open("/");
  await page.getByText("live", { exact: true }).first().waitFor();
  for (const name of ["Resources", "Changes", "Fleet", "Resources", "Changes", "Resources"]) {
    await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name }).click();
    await page.getByText("live", { exact: true }).first().waitFor();
  }
  const deadline = performance.now() + 120_000;
  while (streams.size !== 1 && performance.now() < deadline) await page.waitForTimeout(100);
  assert.equal(streams.size, 1);
}
