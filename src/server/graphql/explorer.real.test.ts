import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { install } from "../../../test/install.ts";
import { chromium } from "../../../test/needs.ts";
import { filledStore } from "../testing/filled-store.ts";
import { infoOf, openServer } from "../testing/open-server.ts";

/** Opens a page and answers its document once it is quiet, and what the browser complained of. */
async function browse(url: string, profile: string) {
  const child = spawn(chromium.command, [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--enable-logging=stderr",
    "--virtual-time-budget=20000",
    `--user-data-dir=${profile}`,
    // Whatever the page would load from elsewhere does not exist.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--dump-dom",
    url,
  ]);
  const timer = setTimeout(() => child.kill("SIGKILL"), 90_000);
  const [html, log] = await Promise.all([child.stdout.toArray(), child.stderr.toArray(), once(child, "close")]);
  clearTimeout(timer);
  const complaints = Buffer.concat(log as Buffer[])
    .toString()
    .split("\n")
    .filter((line) => line.includes("CONSOLE"));
  return { html: Buffer.concat(html as Buffer[]).toString(), complaints };
}

describe("the explorer page in Chromium", () => {
  it("opens by the one-time URL, works under its own policy, and shows the schema's questions", async (t) => {
    const reason = await install([chromium]);
    if (reason !== undefined) return t.skip(reason);
    const { url, address } = await openServer(t, { store: filledStore(infoOf("east").id, 1) });
    const profile = await mkdtemp(join(tmpdir(), "heddle-chromium-"));
    // What Chromium leaves running for a moment writes there.
    t.after(() => rm(profile, { recursive: true, force: true, maxRetries: 20 }));
    const { html, complaints } = await browse(`${url}&next=/graphql`, profile);
    assert.match(html, /<title>Heddle · GraphQL<\/title>/);
    assert.match(html, /class="graphiql-container/, "GraphiQL drew itself");
    assert.match(html, /Overview/, "its editor shows the first question");
    assert.deepEqual(complaints, [], "nothing was refused by the policy or failed");
    const again = await browse(url, join(profile, "another"));
    assert.match(again.html, /HEDDLE_SERVER_KEY_WRONG/, "the URL opens once");
    assert.equal(new URL(url).origin, address);
  });
});
