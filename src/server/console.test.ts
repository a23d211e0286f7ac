import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { openServer, refusalOf } from "./testing/open-server.ts";

const script = "export const answer = 42;\n";
const scriptName = "index-CHuZZEsy.js";

/** What a build leaves, in a folder of the test's own. */
async function builtConsole(t: TestContext, index = "<title>the console</title>"): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "heddle-console-"));
  t.after(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, "assets"));
  await Promise.all([
    writeFile(join(folder, "index.html"), index),
    writeFile(join(folder, "secret.txt"), "outside of the assets"),
    writeFile(join(folder, "assets", scriptName), script),
    writeFile(join(folder, "assets", `${scriptName}.gz`), gzipSync(script)),
    writeFile(join(folder, "assets", "scheme.js"), "1"),
  ]);
  return folder;
}

/** The answer and what it holds, of a path that fetch would have tidied. */
async function rawGet(address: string, path: string, headers: Readonly<Record<string, string>>) {
  const { promise, resolve, reject } =
    Promise.withResolvers<Readonly<{ status: number; body: Buffer; headers: object }>>();
  const { hostname, port } = new URL(address);
  request({ hostname, port, path, headers }, (answer) => {
    answer
      .toArray()
      .then(
        (pieces) =>
          resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(pieces as Buffer[]), headers: answer.headers }),
        reject,
      );
  })
    .on("error", reject)
    .end();
  return await promise;
}

async function open(t: TestContext, consoleFolder?: string) {
  const server = await openServer(t, {}, { consoleFolder });
  const entered = await fetch(server.url);
  const cookies = entered.headers.getSetCookie();
  const cookie = cookies.map((each) => each.split(";")[0]).join("; ");
  const browser = { cookie, accept: "text/html,*/*;q=0.8" };
  const visit = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
    fetch(server.address + path, { headers: { ...browser, ...headers } });
  return { ...server, entered, cookies, browser, visit };
}

describe("the way in for a browser", () => {
  it("is a link that works once, gives it two cookies, and leads to the console", async (t) => {
    const { entered, cookies, url, browser, address, post } = await open(t, await builtConsole(t));
    assert.equal(entered.status, 200);
    assert.match(cookies[0] ?? "", /^heddle_\d+=\S{43}; Path=\/graphql; HttpOnly; SameSite=Strict$/);
    assert.match(cookies[1] ?? "", /^heddle_\d+_visit=\S{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    assert.match(await entered.text(), /<meta http-equiv="refresh" content="0; url=\/">/);
    assert.equal(await refusalOf(await fetch(url)), "401 HEDDLE_SERVER_KEY_WRONG");
    const again = await fetch(url, { headers: browser });
    assert.deepEqual([again.status, again.headers.getSetCookie()], [200, []], "who is in needs no other link");
    const headers = { cookie: browser.cookie };
    assert.equal(
      await refusalOf(await fetch(`${address}/api/session`, { headers })),
      "401 HEDDLE_SERVER_TOKEN_MISSING",
    );
    const another = (await (await post("/api/page-url", {})).json()) as { url: string };
    assert.equal((await fetch(another.url)).status, 200);
  });

  it("goes on to the page that `next` names, of this server only", async (t) => {
    const { address, post } = await open(t);
    const cases = {
      "/resources?kind=pods&status=Pending": "/resources?kind=pods&status=Pending",
      "/graphql": "/graphql",
      "//evil.example/changes": "/",
      "/\\evil.example": "/",
      "https://evil.example/": "/",
      'javascript:alert("x")': "/",
      '/"><script>': "/%22%3E%3Cscript%3E",
      "": "/",
    };
    for (const [next, expected] of Object.entries(cases)) {
      const { url } = (await (await post("/api/page-url", {})).json()) as { url: string };
      const page = await (await fetch(`${url}&next=${encodeURIComponent(next)}`)).text();
      const [, goTo = ""] = /content="0; url=([^"]*)"/.exec(page) ?? [];
      assert.equal(goTo.replaceAll("&#38;", "&"), expected, next);
      assert.equal(URL.parse(goTo, address)?.origin, address);
    }
  });

  it("tells a person without a cookie where to get a link, and a program the error", async (t) => {
    const { address } = await open(t, await builtConsole(t));
    for (const path of ["/", "/clusters", "/resources/east/core/Pod/default/web", "/nothing", "/?key=wrong"]) {
      const page = await fetch(address + path, { headers: { accept: "text/html" } });
      assert.equal(page.status, 401, path);
      const text = await page.text();
      assert.match(text, /<code>heddle open<\/code>/, path);
      assert.doesNotMatch(text, /<(p|h1)>[a-z]/, "every sentence begins as one");
      assert.match(page.headers.get("content-security-policy") ?? "", /^default-src 'none'; style-src 'sha256-/);
      assert.match(await refusalOf(await fetch(address + path)), /^401 HEDDLE_SERVER_(TOKEN_MISSING|KEY_WRONG)$/);
    }
    assert.equal(await refusalOf(await fetch(`${address}/assets/${scriptName}`)), "401 HEDDLE_SERVER_TOKEN_MISSING");
  });

  it("asks again by itself where a link was followed on another page, once", async (t) => {
    const { address } = await open(t, await builtConsole(t));
    const ask = async (site: string): Promise<string> => {
      const headers = { accept: "text/html", "sec-fetch-site": site, "sec-fetch-mode": "navigate" };
      return (await rawGet(address, "/clusters?a=1&b=2", { ...headers, host: new URL(address).host })).body.toString();
    };
    assert.match(await ask("cross-site"), /http-equiv="refresh" content="0; url=\/clusters\?a=1&#38;b=2"/);
    assert.doesNotMatch(await ask("same-origin"), /refresh/);
  });
});

describe("the console's files", () => {
  it("are one document for every page, kept by nobody, under a strict policy", async (t) => {
    const { visit } = await open(t, await builtConsole(t));
    for (const path of [
      "/",
      "/clusters",
      "/clusters/east",
      "/resources?kind=pods",
      "/resources/a/b/c/d/e",
      "/changes",
    ]) {
      const page = await visit(path);
      assert.deepEqual([page.status, await page.text()], [200, "<title>the console</title>"], path);
      assert.equal(page.headers.get("cache-control"), "no-store");
      const policy = page.headers.get("content-security-policy") ?? "";
      assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; /);
      assert.doesNotMatch(policy, /unsafe|\*|https?:/);
      assert.equal(page.headers.get("cross-origin-opener-policy"), "same-origin");
    }
  });

  it("are 404 for a page that there is not, which the document tells; for anything else an error", async (t) => {
    const { visit, get } = await open(t, await builtConsole(t));
    const lost = await visit("/nothing/here");
    assert.deepEqual([lost.status, await lost.text()], [404, "<title>the console</title>"]);
    for (const path of ["/api/nothing", "/assets/nothing.js"]) {
      const answer = await visit(path, { accept: "*/*" });
      assert.ok(answer.status === 404 || answer.status === 401, path);
      assert.equal((await get(path)).status, 404, path);
    }
    assert.equal((await get("/nothing/here")).status, 404);
    assert.equal((await get("/api/page-url")).status, 405);
  });

  it("are assets in the encoding that a browser takes, kept for ever where their name has a hash", async (t) => {
    const { visit, address, browser } = await open(t, await builtConsole(t));
    const plain = await visit(`/assets/${scriptName}`, { "accept-encoding": "gzip;q=0" });
    assert.equal(await plain.text(), script);
    assert.equal(plain.headers.get("content-type"), "text/javascript; charset=utf-8");
    assert.equal(plain.headers.get("cache-control"), "private, max-age=31536000, immutable");
    assert.equal(plain.headers.get("vary"), "accept-encoding");
    const own = { ...browser, host: new URL(address).host };
    const zipped = await rawGet(address, `/assets/${scriptName}`, { ...own, "accept-encoding": "br, gzip" });
    assert.equal(gunzipSync(zipped.body).toString(), script);
    assert.equal((zipped.headers as Record<string, string>)["content-encoding"], "gzip");
    const scheme = await visit("/assets/scheme.js");
    assert.equal(scheme.headers.get("cache-control"), "private, no-cache");
    const etag = scheme.headers.get("etag") ?? "";
    const known = await visit("/assets/scheme.js", { "if-none-match": etag });
    assert.deepEqual([known.status, await known.text(), etag !== ""], [304, "", true]);
  });

  it("are nothing outside of their folder, however it is asked for", async (t) => {
    const { address, browser } = await open(t, await builtConsole(t));
    const own = { ...browser, host: new URL(address).host };
    for (const path of [
      "/assets/../secret.txt",
      "/assets/..%2fsecret.txt",
      "/assets/%2e%2e%2fsecret.txt",
      "/assets/..%5csecret.txt",
      "/assets/%2e%2e/%2e%2e/etc/passwd",
      "/assets//etc/passwd",
      "/assets/index-CHuZZEsy.js%00.gz",
      `/assets/${scriptName}.gz`,
      "/assets/",
      "/assets/.",
    ]) {
      const { status, body } = await rawGet(address, path, { ...own, accept: "*/*" });
      assert.equal(status === 200 ? body.toString() : "refused", "refused", path);
    }
  });

  it("are those of a newer build as soon as it is there; without one it is said", async (t) => {
    const folder = await builtConsole(t);
    const { visit } = await open(t, folder);
    assert.equal((await visit("/")).status, 200);
    await rm(join(folder, "index.html"));
    const missing = await visit("/");
    assert.equal(missing.status, 503);
    assert.match(await missing.text(), /The console is not built[^]*<code>npm run build<\/code>[^]*href="\/graphql"/);
    await writeFile(join(folder, "index.html"), "newer");
    await writeFile(join(folder, "assets", "index-BBBBBBBB.js"), "2");
    await utimes(join(folder, "index.html"), 1, 1);
    assert.equal(await (await visit("/")).text(), "newer");
    assert.equal(await (await visit("/assets/index-BBBBBBBB.js")).text(), "2");
    const none = await open(t);
    assert.equal((await none.visit("/")).status, 503);
  });
});
