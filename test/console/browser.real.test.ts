import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { install } from "../install.ts";
import { until } from "../kube/index.ts";
import { chromium } from "../needs.ts";
import { consoleForScript } from "./browser.ts";

/** Browsers that this process started and that still run. */
function browsersOfMine(): readonly string[] {
  return readdirSync("/proc").filter((id) => {
    try {
      const [, name = "", state = "", parent = ""] =
        /\((.*)\) (\w) (\d+)/.exec(readFileSync(`/proc/${id}/stat`, "utf8")) ?? [];
      return name.startsWith("chrom") && state !== "Z" && Number(parent) === process.pid;
    } catch {
      return false;
    }
  });
}

describe("a console for a test", () => {
  it("fails at once with what the server said when that does not start, and leaves no browser behind", async (t) => {
    const reason = await install([chromium]);
    if (reason !== undefined) return t.skip(reason);
    await assert.rejects(consoleForScript("clusters:none"), /the server ended with 2: error: --demo: clusters: found/);
    await until("no browser to be left", () => browsersOfMine().length === 0);
  });
});
