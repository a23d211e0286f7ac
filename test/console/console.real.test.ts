import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sized } from "../size.ts";
import { accessibilityFaults, type ConsoleForTest, consoleForTest, drawn, type Tab } from "./browser.ts";

const isFull = sized({ small: false, full: true });

/** A page of each kind, one of an object that is there in the world of seed 7. */
async function pagesOf({ page }: Tab): Promise<readonly string[]> {
  const ask = async (query: string): Promise<{ id: string }> => {
    const answer = await page.evaluate(async (query) => {
      const headers = { "content-type": "application/json" };
      const answer = await fetch("/graphql", { method: "POST", headers, body: JSON.stringify({ query }) });
      return (await answer.json()) as { data: { resources: { items: { id: string }[] } } };
    }, query);
    const [item] = answer.data.resources.items;
    assert.ok(item);
    return item;
  };
  const deployment = await ask('{ resources(filter: { kinds: ["deploy"] }, limit: 1) { items { id } } }');
  const node = await ask('{ resources(filter: { kinds: ["node"] }, limit: 1) { items { id } } }');
  return [
    "/",
    "/clusters",
    `/clusters/${deployment.id.split("/")[0]}`,
    "/resources",
    "/resources?kind=pods&q=web",
    `/resources/${deployment.id}`,
    `/resources/${node.id}`,
    "/changes",
  ];
}

describe("the console in Chromium", () => {
  it("is let in by a link and draws every page", async (t) => {
    const console = await consoleForTest(t);
    if (console === undefined) return;
    const tab = await console.tab();
    await drawn(tab.page);
    const pages = await pagesOf(tab);

    await t.test("which all come from this server alone, under its policy, without an error", async () => {
      for (const path of pages) {
        await tab.open(path);
        await tab.page.reload();
        await drawn(tab.page);
        assert.equal(new URL(tab.page.url()).pathname, path.split("?")[0]);
        assert.doesNotMatch(await tab.page.title(), /^Heddle$/, path);
      }
      assert.deepEqual(tab.troubles(), []);
    });
    await t.test("which have no accessibility fault that axe-core knows, in light and in dark", async (t) => {
      for (const colorScheme of ["light", "dark"] as const) {
        const { page, open } = await console.tab({ colorScheme });
        // Only colours differ.
        const rules = colorScheme === "dark" && !isFull ? ["color-contrast"] : undefined;
        for (const path of pages)
          await t.test(`${path.replace(/^(\/resources\/).*\/(\w+)\/.*/, "$1…/$2/…")} in ${colorScheme}`, async () => {
            await open(path);
            assert.deepEqual(await accessibilityFaults(page, rules), []);
          });
      }
    });
    await t.test("of which the clusters are shown whole in a window of 1024 pixels", async () => {
      const { page, open } = await console.tab({ width: 1024, height: 768 });
      await open("/clusters");
      const [shown, wide] = await page
        .locator("main table")
        .first()
        .evaluate(({ parentElement }) => [parentElement?.clientWidth ?? 0, parentElement?.scrollWidth ?? 0]);
      assert.ok((shown ?? 0) > 0 && (wide ?? 0) <= (shown ?? 0), `${wide} pixels in ${shown}`);
      assert.ok(await page.getByRole("columnheader", { name: "Objects" }).isVisible());
    });
    await t.test("which say so where there is none", async () => {
      const { page, troubles } = await console.tab();
      for (const path of ["/nothing/here", "/clusters/nowhere", "/resources/nowhere/core/Pod/default/none"]) {
        await page.goto(console.address + path);
        await drawn(page);
        assert.match(
          await page.locator("main").innerText(),
          /no such|nothing|not there|does not exist|there is no/i,
          path,
        );
      }
      assert.ok(
        troubles().every((trouble) => /404/.test(trouble)),
        troubles().join("\n"),
      );
    });
    await t.test("to no browser that came without a link, in words that tell how to get one", () =>
      withoutLink(console),
    );
  });
});

async function withoutLink({ browser, address, link }: ConsoleForTest): Promise<void> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const dark = await (await browser.newContext({ colorScheme: "dark" })).newPage();
  await dark.goto(address);
  assert.deepEqual(await accessibilityFaults(dark), []);
  const answer = await page.goto(`${address}/resources?kind=pods`);
  assert.equal(answer?.status(), 401);
  assert.match(await page.locator("main").innerText(), /not let in[^]*heddle open/);
  assert.deepEqual(await accessibilityFaults(page), []);
  const url = await link("/resources?kind=pods");
  await page.goto(url);
  await page.waitForURL(`${address}/resources?kind=pods`);
  await drawn(page);
  const stranger = await (await browser.newContext()).newPage();
  assert.equal((await stranger.goto(url))?.status(), 401, "the link works once");
  assert.match(await stranger.locator("main").innerText(), /HEDDLE_SERVER_KEY_WRONG/);
}
