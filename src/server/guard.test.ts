import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { guard, type GuardFacts } from "./guard.ts";
import { ownHosts } from "./listen.ts";

const own = { host: "127.0.0.1:7433", authorization: "Bearer right" };
const json = "application/json";

const facts = (given: Partial<GuardFacts>): GuardFacts => ({
  method: "GET",
  access: "token",
  hosts: ownHosts({ host: "127.0.0.1", port: 7433 }),
  isToken: (shown) => shown === "right",
  isSession: (cookie) => cookie === "in",
  isVisit: (cookie) => cookie === "visit",
  ...given,
  headers: { ...own, ...given.headers },
});

/** "allowed by …" or "status code". */
function verdictOf(given: Partial<GuardFacts>): string {
  const verdict = guard(facts(given));
  return verdict.allowed ? `allowed by ${verdict.by}` : `${verdict.status} ${verdict.code}`;
}

type Case = readonly [what: string, given: Partial<GuardFacts>, verdict: string];

const cases: readonly Case[] = [
  ["whoever shows the token", {}, "allowed by token"],
  ["the token in a header of any case", { headers: { authorization: "bearer right" } }, "allowed by token"],
  ["a wrong token", { headers: { authorization: "Bearer wrong" } }, "401 HEDDLE_SERVER_TOKEN_WRONG"],
  ["no token", { headers: { authorization: undefined } }, "401 HEDDLE_SERVER_TOKEN_MISSING"],
  ["another scheme", { headers: { authorization: "Basic right" } }, "401 HEDDLE_SERVER_TOKEN_MISSING"],
  ["an open route without a token", { access: "open", headers: { authorization: undefined } }, "allowed by open"],
  ["localhost", { headers: { host: "localhost:7433" } }, "allowed by token"],
  ["Localhost", { headers: { host: "LocalHost:7433" } }, "allowed by token"],
  ["IPv6's loopback", { headers: { host: "[::1]:7433" } }, "allowed by token"],
  ["a name that was made to point here", { headers: { host: "evil.example:7433" } }, "403 HEDDLE_SERVER_HOST_REFUSED"],
  [
    "that name on an open route",
    { access: "open", headers: { host: "evil.example" } },
    "403 HEDDLE_SERVER_HOST_REFUSED",
  ],
  ["another port", { headers: { host: "127.0.0.1:80" } }, "403 HEDDLE_SERVER_HOST_REFUSED"],
  ["no Host", { headers: { host: undefined } }, "403 HEDDLE_SERVER_HOST_REFUSED"],
  ["the page's own origin", { headers: { origin: "http://127.0.0.1:7433" } }, "allowed by token"],
  ["a foreign origin", { headers: { origin: "https://evil.example" } }, "403 HEDDLE_SERVER_ORIGIN_REFUSED"],
  ["a hidden origin", { headers: { origin: "null" } }, "403 HEDDLE_SERVER_ORIGIN_REFUSED"],
  ["another local port's page", { headers: { origin: "http://127.0.0.1:3000" } }, "403 HEDDLE_SERVER_ORIGIN_REFUSED"],
  ["another of its own names", { headers: { origin: "http://localhost:7433" } }, "403 HEDDLE_SERVER_ORIGIN_REFUSED"],
  ["https of itself", { headers: { origin: "https://127.0.0.1:7433" } }, "403 HEDDLE_SERVER_ORIGIN_REFUSED"],
  [
    "an image on a foreign page",
    { headers: { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" } },
    "403 HEDDLE_SERVER_ORIGIN_REFUSED",
  ],
  ["a page of another local port", { headers: { "sec-fetch-site": "same-site" } }, "403 HEDDLE_SERVER_ORIGIN_REFUSED"],
  ["what the user typed", { headers: { "sec-fetch-site": "none" } }, "allowed by token"],
  [
    "a followed link to the API",
    { headers: { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" } },
    "403 HEDDLE_SERVER_ORIGIN_REFUSED",
  ],
  [
    "a followed link to the page, which shows no cookie",
    {
      access: "page",
      headers: { authorization: undefined, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" },
    },
    "401 HEDDLE_SERVER_TOKEN_MISSING",
  ],
  [
    "a followed link to the way in",
    { access: "open", headers: { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" } },
    "allowed by open",
  ],
  [
    "a form that posts to a page from elsewhere",
    {
      access: "page",
      method: "POST",
      headers: { "content-type": json, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" },
    },
    "403 HEDDLE_SERVER_ORIGIN_REFUSED",
  ],
  ["JSON", { method: "POST", headers: { "content-type": json } }, "allowed by token"],
  [
    "JSON in UTF-8",
    { method: "POST", headers: { "content-type": "application/json; charset=utf-8" } },
    "allowed by token",
  ],
  ["text", { method: "POST", headers: { "content-type": "text/plain" } }, "415 HEDDLE_SERVER_CONTENT_TYPE"],
  [
    "a form",
    { method: "POST", headers: { "content-type": "application/x-www-form-urlencoded" } },
    "415 HEDDLE_SERVER_CONTENT_TYPE",
  ],
  [
    "text that says JSON",
    { method: "POST", headers: { "content-type": "text/plain; a=application/json" } },
    "415 HEDDLE_SERVER_CONTENT_TYPE",
  ],
  ["no type", { method: "POST" }, "415 HEDDLE_SERVER_CONTENT_TYPE"],
  ["DELETE without a body", { method: "DELETE" }, "allowed by token"],
  [
    "a browser that was let in",
    { access: "page", headers: { authorization: undefined, cookie: "in" } },
    "allowed by session",
  ],
  ["its cookie on the API", { headers: { authorization: undefined, cookie: "in" } }, "401 HEDDLE_SERVER_TOKEN_MISSING"],
  [
    "another cookie",
    { access: "page", headers: { authorization: undefined, cookie: "out" } },
    "401 HEDDLE_SERVER_TOKEN_MISSING",
  ],
  [
    "its cookie on a POST of its page",
    {
      access: "page",
      method: "POST",
      headers: { authorization: undefined, cookie: "in", "content-type": json, origin: "http://127.0.0.1:7433" },
    },
    "allowed by session",
  ],
  [
    "its cookie on a POST without an origin",
    { access: "page", method: "POST", headers: { authorization: undefined, cookie: "in", "content-type": json } },
    "401 HEDDLE_SERVER_TOKEN_MISSING",
  ],
  [
    "a browser that was let in, for the console's files",
    { access: "console", headers: { authorization: undefined, cookie: "visit" } },
    "allowed by visit",
  ],
  [
    "the cookie of the files, for questions",
    { access: "page", headers: { authorization: undefined, cookie: "visit" } },
    "401 HEDDLE_SERVER_TOKEN_MISSING",
  ],
  [
    "a script of the console in a foreign page",
    {
      access: "console",
      headers: {
        authorization: undefined,
        cookie: "visit",
        "sec-fetch-site": "same-site",
        "sec-fetch-mode": "no-cors",
      },
    },
    "403 HEDDLE_SERVER_ORIGIN_REFUSED",
  ],
  [
    "a wrong token beside a good cookie",
    { access: "page", headers: { authorization: "Bearer wrong", cookie: "in" } },
    "401 HEDDLE_SERVER_TOKEN_WRONG",
  ],
];

describe("the server's guard", () => {
  for (const [what, given, verdict] of cases)
    it(`answers ${what}: ${verdict}`, () => assert.equal(verdictOf(given), verdict));

  it("never repeats a token", () => {
    const verdict = guard(facts({ headers: { authorization: "Bearer s3cret-that-was-shown" } }));
    assert.ok(!verdict.allowed && !verdict.message.includes("s3cret"));
  });
});
