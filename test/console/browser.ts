/** Debian's Chromium on a console that `heddle serve` serves: what the tests of its pages stand on. */
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext } from "node:test";
import { setTimeout } from "node:timers/promises";
import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { consoleIsCurrent } from "../../scripts/console-age.mjs";
import { buildConsole } from "../../scripts/console.ts";
import { type Ended, newUser } from "../../src/main/testing/served.ts";
import { findCommand, install } from "../install.ts";
import { until } from "../kube/index.ts";
import { chromium as chromiumNeed } from "../needs.ts";

/** A server on a simulated fleet that is the same for the same seed. */
export type ServedConsole = Readonly<{
  address: string;
  /** A link that lets a browser in, once, to this page. */
  link(page?: string): Promise<string>;
}>;

/** A tab, and everything that went wrong in it so far. */
export type Tab = Readonly<{
  page: Page;
  /** Errors of scripts, refusals of the policy, answers of 400 and more, requests that left the server. */
  troubles(): readonly string[];
  /** Goes to a page of the console, and waits until it has drawn itself. */
  open(path: string): Promise<void>;
}>;

export type TabOptions = Readonly<{ colorScheme?: "light" | "dark"; width?: number; height?: number }>;

export type ConsoleForTest = ServedConsole & Readonly<{ browser: Browser; tab(options?: TabOptions): Promise<Tab> }>;

/** Undefined, and the test skipped with the reason, where there is no Chromium. All of it ends with the test. */
export async function consoleForTest(t: TestContext, demo = "seed:7"): Promise<ConsoleForTest | undefined> {
  const reason = await install([chromiumNeed]);
  if (reason === undefined) return await startConsole(t, demo);
  t.skip(reason);
  return undefined;
}

/** The same outside of tests: it ends when it is disposed. Fails where there is no Chromium. */
export async function consoleForScript(demo: string): Promise<ConsoleForTest & AsyncDisposable> {
  const reason = await install([chromiumNeed]);
  if (reason !== undefined) throw new Error(reason);
  await using parts = new AsyncDisposableStack();
  const started = await startConsole({ after: (end) => void parts.defer(async () => void (await end?.())) }, demo);
  const ending = parts.move();
  return { ...started, [Symbol.asyncDispose]: () => ending[Symbol.asyncDispose]() };
}

type Ending = Readonly<{ after(end?: () => unknown): void }>;

async function startConsole(t: Ending, demo: string): Promise<ConsoleForTest> {
  await currentConsole();
  const launching = launchChromium();
  // Whether there is a server or not: what was opened is closed with the test.
  t.after(async () => (await launching.catch(() => undefined))?.close());
  const [served, browser] = await Promise.all([serveConsole(t, demo), launching]);
  return { ...served, browser, tab: (options) => openTab({ browser, served }, options) };
}

/** The build in dist/web, made anew where it is older than its sources: once, though several files ask for it. */
export async function currentConsole(): Promise<void> {
  const turn = join(import.meta.dirname, "../../node_modules/.cache/heddle-console-turn");
  await mkdir(join(turn, ".."), { recursive: true });
  for (let waits = 0; !consoleIsCurrent(); waits += 1) {
    const isMine = await mkdir(turn).then(
      () => true,
      () => false,
    );
    // Whoever had the turn may be gone.
    if (!isMine && waits > 240) await rm(turn, { recursive: true, force: true });
    if (!isMine) await setTimeout(250);
    else
      try {
        await buildConsole();
        return;
      } finally {
        await rm(turn, { recursive: true, force: true });
      }
  }
}

async function serveConsole(t: Ending, demo: string): Promise<ServedConsole> {
  const user = newUser(t);
  const server = user.start(["serve", `--demo=${demo}`, "--listen", "127.0.0.1:0"]);
  let ended: Ended | undefined;
  void server.ended.then((end) => (ended = end));
  const failEarly = (): void => {
    if (ended !== undefined) throw new Error(`the server ended with ${ended.code ?? "a signal"}: ${ended.stderr}`);
  };
  const shown = (pattern: RegExp): Promise<RegExpExecArray> =>
    until(`${pattern}`, () => pattern.exec(server.stdout() + server.stderr()), { failEarly, timeoutMs: 180_000 });
  const [, address = ""] = await shown(/ at (http:\S+)/);
  await shown(/Ctrl-C ends/);
  return {
    address,
    async link(page = "/") {
      const { stdout, stderr } = await user.run(["open", page, "--server", address]);
      if (!stdout.startsWith("http")) throw new Error(`heddle open said: ${stderr}; the server: ${server.stderr()}`);
      return stdout.trim();
    },
  };
}

/** Nothing of the machine's user, and nothing from elsewhere. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = await findCommand(chromiumNeed.command);
  if (executablePath === undefined) throw new Error("there is no chromium on this machine");
  const args = ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"];
  return await chromium.launch({ executablePath, chromiumSandbox: false, args });
}

type Opening = Readonly<{ browser: Browser; served: ServedConsole }>;

/** A window of its own, let in by a link of its own. */
export async function openTab(
  { browser, served }: Opening,
  { colorScheme = "light", width = 1280, height = 800 }: TabOptions = {},
): Promise<Tab> {
  const context = await browser.newContext({ colorScheme, viewport: { width, height }, reducedMotion: "reduce" });
  // Half a minute is not always enough for a browser that shares two cores.
  context.setDefaultTimeout(120_000);
  const page = await context.newPage();
  const troubles = watchTroubles(page, served.address);
  await page.goto(await served.link("/"));
  await page.waitForURL(`${served.address}/`);
  return {
    page,
    troubles: () => troubles,
    async open(path) {
      await page.goto(served.address + path);
      await drawn(page);
    },
  };
}

/** Resolves when the page has its heading and nothing in it says that it is busy. */
export async function drawn(page: Page): Promise<void> {
  await page.locator("main h1").first().waitFor();
  await page.waitForFunction(() => document.querySelector("main [aria-busy=true]") === null);
}

function watchTroubles(page: Page, address: string): string[] {
  const troubles: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") troubles.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => troubles.push(`error: ${error.message}`));
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.origin !== address && url.protocol !== "data:") troubles.push(`asked elsewhere: ${url.href}`);
  });
  page.on("response", (answer) => {
    if (answer.status() >= 400) troubles.push(`${answer.status()} ${answer.url()}`);
  });
  return troubles;
}

/** What axe-core has against the page as it is, a line each: rule, why, where. By all of its rules, or by these. */
export async function accessibilityFaults(page: Page, rules?: readonly string[]): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const options: axe.RunOptions = rules === undefined ? {} : { runOnly: [...rules] };
  const violations = await page.evaluate(async (options) => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run(document, options);
    return violations.map(({ id, help, nodes }) => ({
      id,
      help,
      places: nodes.map(({ html, failureSummary }) => `${html.slice(0, 200)} (${failureSummary ?? ""})`),
    }));
  }, options);
  return violations.flatMap(({ id, help, places }) => places.map((place) => `${id}: ${help}: ${place}`));
}
