import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Page } from "playwright-core";
import { sized } from "../size.ts";
import { accessibilityFaults, type ConsoleForTest, consoleForTest, drawn, type Tab } from "./browser.ts";

/** An address that means nothing, or not all of it; what the page says of that, and the way out that it offers. */
type Wrong = Readonly<{ path: string; says: RegExp; out: string; leadsTo: string; shows: (page: Page) => unknown }>;

const rows = async (page: Page): Promise<void> => await page.locator("[role=row] a").first().waitFor();
const changes = async (page: Page): Promise<void> =>
  await page.getByRole("region", { name: "Changes, the newest first" }).getByRole("listitem").first().waitFor();
const nothing = (): void => {};
const gone = "/resources/prod-us-east-1/core";

const wrongs: readonly Wrong[] = [
  {
    path: "/changes?type=Foo&cluster=prod-us-east-1",
    says: /the type “Foo”, which there is not: it may be CREATED, UPDATED, DELETED or SYNCED/,
    out: "Leave it out",
    leadsTo: "/changes?cluster=prod-us-east-1",
    shows: changes,
  },
  {
    path: "/changes?kind=Podd",
    says: /holds a kind "Podd"; did you mean "pods?"/,
    out: "All kinds",
    leadsTo: "/changes",
    shows: nothing,
  },
  {
    path: "/changes?cluster=nosuch",
    says: /There is no cluster "nosuch"/,
    out: "All clusters",
    leadsTo: "/changes",
    shows: nothing,
  },
  {
    path: "/clusters?sort=nosuch",
    says: /the sort “nosuch”, which there is not: it may be cluster, state/,
    out: "Leave it out",
    leadsTo: "/clusters",
    shows: async (page) => await page.getByRole("rowheader").first().waitFor(),
  },
  {
    path: "/resources?kind=Pod&sort=nosuch",
    says: /sorted by “nosuch”, which is no column of this table \(name, namespace,/,
    out: "Usual order",
    leadsTo: "/resources?kind=Pod",
    shows: rows,
  },
  {
    path: "/resources?kind=Pod&health=ill&ns=shop",
    says: /the health “ill”, which there is not: it may be unhealthy, progressing or healthy/,
    out: "Leave it out",
    leadsTo: "/resources?kind=Pod",
    shows: rows,
  },
  {
    path: "/resources?kind=Foo&q=a",
    says: /There is no such kind.*holds a kind "Foo"/,
    out: "All kinds",
    leadsTo: "/resources?q=a",
    shows: nothing,
  },
  {
    path: "/resources?kind=no&namespace=shop",
    says: /Nodes are in no namespace/,
    out: "Leave the namespace out",
    leadsTo: "/resources?kind=no",
    shows: nothing,
  },
  {
    path: "/resources?kind=Pod&namespace=nosuch",
    says: /Nothing matches/,
    out: "Clear the filter",
    leadsTo: "/resources?kind=Pod",
    shows: nothing,
  },
  {
    path: "/clusters/nosuch",
    says: /There is no cluster "nosuch"/,
    out: "All clusters of the fleet",
    leadsTo: "/clusters",
    shows: nothing,
  },
  {
    path: "/resources/nosuch/core/Pod/shop/a",
    says: /There is no cluster "nosuch"/,
    out: "All clusters of the fleet",
    leadsTo: "/clusters",
    shows: nothing,
  },
  {
    path: `${gone}/Foo/shop/a`,
    says: /no cluster that was asked holds a kind "Foo"/i,
    out: "All resources of prod-us-east-1",
    leadsTo: "/resources?cluster=prod-us-east-1",
    shows: nothing,
  },
  {
    path: `${gone}/Pod/shop/nosuch`,
    says: /It is not there/,
    out: " Pods in shop of prod-us-east-1",
    leadsTo: "/resources?cluster=prod-us-east-1&kind=Pod&namespace=shop",
    shows: nothing,
  },
  {
    path: `/resources/prod-us-east-1/apps/Deployment/shop/api?tab=nosuch`,
    says: /the tab “nosuch”, which there is not: it may be overview, relations, yaml or changes/,
    out: "Leave it out",
    leadsTo: "/resources/prod-us-east-1/apps/Deployment/shop/api",
    shows: async (page) => await page.getByRole("heading", { level: 2, name: "Facts" }).waitFor(),
  },
];

/** What is said looks the same on many pages. */
const isLookedOver = (path: string): boolean => sized({ small: /type=Foo|Pod\/shop\/nosuch/.test(path), full: true });

describe("an address that means nothing", () => {
  it("says what was found and what is possible, and offers a way out", async (t) => {
    const console = await consoleForTest(t);
    if (console === undefined) return;
    const tab = await console.tab({ width: 1440, height: 900 });
    for (const wrong of wrongs) await t.test(wrong.path, () => mended(tab, wrong));
    await t.test("and a namespace shows only what is in it, in the table as in the counts", () => inNamespace(console));
  });
});

async function mended({ page, open, troubles }: Tab, { path, says, out, leadsTo, shows }: Wrong): Promise<void> {
  await open(path);
  const main = page.locator("main");
  await main
    .getByText(says)
    .or(main.filter({ hasText: says }))
    .first()
    .waitFor();
  await shows(page);
  if (isLookedOver(path)) assert.deepEqual(await accessibilityFaults(page), []);
  const wayOut = (role: "button" | "link") => main.getByRole(role, { name: out });
  await wayOut("button").or(wayOut("link")).first().click();
  await page.waitForURL((url) => url.pathname + url.search === leadsTo);
  await drawn(page);
  assert.equal(await main.getByText(says).count(), 0, "and all is well");
  assert.deepEqual(troubles(), []);
}

async function inNamespace(console: ConsoleForTest): Promise<void> {
  const { page, open } = await console.tab({ width: 1440, height: 900 });
  await open("/resources?namespace=shop&cluster=prod-us-east-1&sort=kind");
  await rows(page);
  const kinds = await page
    .locator("[role=row] a[href^='/resources/']")
    .evaluateAll((links) => [...new Set(links.map((link) => (link.getAttribute("href") ?? "").split("/")))]);
  for (const [, , , , kind, ...rest] of kinds) assert.equal(rest[0], "shop", `${kind ?? ""} is in the namespace`);
  await page.getByRole("search").getByRole("button", { name: /^Kind/ }).click();
  await page.getByRole("option", { name: /^Pods/ }).waitFor();
  assert.equal(await page.getByRole("option", { name: /^(Nodes|Namespaces|ClusterRoles)/ }).count(), 0);
}
