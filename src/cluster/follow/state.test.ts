import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type ErrorCode, HeddleError } from "../../base/index.ts";
import { firstState, type FollowState, nextAttempt, nextStep, type Outcome, type Step } from "./state.ts";

const error = (what: string, httpStatus?: number): HeddleError =>
  new HeddleError(`the server said ${what}`, {
    code: `HEDDLE_CLUSTER_${what}` as ErrorCode,
    details: { httpStatus },
  });

const stableMs = 10_000;
const live: FollowState = firstState("rv1");
const cold: FollowState = firstState(undefined);
const watch = (rest: Partial<Outcome>): Outcome => ({
  attempt: "watch",
  ending: "cut",
  cursor: "rv1",
  livedMs: 0,
  ...rest,
});
const watchList = (rest: Partial<Outcome>): Outcome => watch({ attempt: "watch-list", cursor: undefined, ...rest });
const pages = (rest: Partial<Outcome>): Outcome =>
  watch({ attempt: "pages", ending: "refused", cursor: undefined, ...rest });

type Case = Readonly<{
  name: string;
  from: FollowState;
  outcomes: readonly Outcome[];
  /** After the last outcome. */
  leadsTo: string;
}>;

/** "next attempt, wait, status, effects": what a step comes to, in words. */
function words({ state, wait, status, forget, noWatchList, fresh }: Step): string {
  const effects = [forget ? "forget" : "", noWatchList ? "no WatchList" : "", fresh ? "fresh" : ""];
  return [nextAttempt(state, !noWatchList), wait, status?.status ?? "", ...effects].filter(Boolean).join(", ");
}

const cases: readonly Case[] = [
  {
    name: "a watch that the server ended in good order goes on at once",
    from: live,
    outcomes: [watch({ ending: "ended", livedMs: 300_000, cursor: "rv9" })],
    leadsTo: "watch, none, fresh",
  },
  {
    name: "a server that ends each watch at once is not asked in a tight loop",
    from: live,
    outcomes: [watch({ ending: "ended" }), watch({ ending: "ended" })],
    leadsTo: "watch, back-off, catching-up",
  },
  {
    name: "a cut after a long life resumes after the first back-off",
    from: live,
    outcomes: [watch({ livedMs: 60_000, error: error("UNREACHABLE"), cursor: "rv9" })],
    leadsTo: "watch, back-off, catching-up, fresh",
  },
  {
    name: "a cut soon after the opening does not reset the back-off",
    from: live,
    outcomes: [watch({ livedMs: 500, error: error("UNREACHABLE") })],
    leadsTo: "watch, back-off, catching-up",
  },
  ...["UNAUTHORIZED", "TOO_MANY_REQUESTS", "UNAVAILABLE", "UNREACHABLE", "TIMEOUT", "TLS"].flatMap((code): Case[] => [
    {
      name: `${code} keeps the cursor and backs off`,
      from: live,
      outcomes: Array.from({ length: 5 }, () => watch({ ending: "refused", error: error(code) })),
      leadsTo: "watch, back-off, catching-up",
    },
    {
      name: `${code} before the first list backs off`,
      from: cold,
      outcomes: Array.from({ length: 5 }, () => watchList({ ending: "refused", error: error(code) })),
      leadsTo: "watch-list, back-off, catching-up",
    },
  ]),
  {
    name: "an expired cursor is listed anew at once",
    from: live,
    outcomes: [watch({ ending: "told", error: error("GONE") })],
    leadsTo: "watch-list, none, catching-up",
  },
  {
    name: "410 as the answer to the watch itself means the same",
    from: live,
    outcomes: [watch({ ending: "refused", error: error("GONE") })],
    leadsTo: "watch-list, none, catching-up",
  },
  {
    name: "a server that expires each new cursor is not listed in a tight loop",
    from: live,
    outcomes: [
      watch({ ending: "told", error: error("GONE") }),
      pages({ ending: "listed", cursor: "rv2" }),
      watch({ ending: "told", error: error("GONE"), cursor: "rv2" }),
    ],
    leadsTo: "watch-list, back-off, catching-up",
  },
  {
    name: "403 is tried again soon, from where it was: the API server may be starting",
    from: live,
    outcomes: Array.from({ length: 4 }, () => watch({ ending: "refused", error: error("FORBIDDEN") })),
    leadsTo: "watch, back-off, forbidden",
  },
  {
    name: "a fifth 403 in a row is tried again slowly",
    from: live,
    outcomes: Array.from({ length: 5 }, () => watch({ ending: "refused", error: error("FORBIDDEN") })),
    leadsTo: "watch, slow, forbidden",
  },
  {
    name: "403 to the first list is tried again soon as well, and then slowly",
    from: cold,
    outcomes: Array.from({ length: 5 }, () => watchList({ ending: "refused", error: error("FORBIDDEN") })),
    leadsTo: "watch-list, slow, forbidden",
  },
  {
    name: "403s with another failure between them are counted anew",
    from: live,
    outcomes: ["FORBIDDEN", "FORBIDDEN", "FORBIDDEN", "FORBIDDEN", "UNREACHABLE", "FORBIDDEN"].map((code) =>
      watch({ ending: "refused", error: error(code) }),
    ),
    leadsTo: "watch, back-off, forbidden, fresh",
  },
  {
    name: "one 404 is not believed: the API server may be starting",
    from: live,
    outcomes: [watch({ ending: "refused", error: error("NOT_FOUND") })],
    leadsTo: "watch, back-off, catching-up",
  },
  {
    name: "a second 404 in a row is the end of the kind",
    from: live,
    outcomes: Array.from({ length: 2 }, () => watch({ ending: "refused", error: error("NOT_FOUND") })),
    leadsTo: "watch-list, slow, gone, forget",
  },
  {
    name: "two 404s with another failure between them are not",
    from: live,
    outcomes: ["NOT_FOUND", "UNREACHABLE", "NOT_FOUND"].map((code) => watch({ ending: "refused", error: error(code) })),
    leadsTo: "watch, back-off, catching-up",
  },
  {
    name: "a WatchList without its bookmark is read as pages at once",
    from: cold,
    outcomes: [watchList({ ending: "unproven" })],
    leadsTo: "pages, none, no WatchList",
  },
  {
    name: "a refused WatchList is read as pages at once",
    from: cold,
    outcomes: [watchList({ ending: "refused", error: error("INVALID") })],
    leadsTo: "pages, none, no WatchList",
  },
  {
    name: "a WatchList that is refused as a bad request is read as pages at once, by this follower only",
    from: cold,
    outcomes: [watchList({ ending: "refused", error: error("BAD_REQUEST") })],
    leadsTo: "pages, none",
  },
  {
    name: "what is a bad request as pages too is tried again slowly",
    from: cold,
    outcomes: [watchList({ ending: "refused", error: error("BAD_REQUEST") }), pages({ error: error("BAD_REQUEST") })],
    leadsTo: "pages, slow, catching-up",
  },
  {
    name: "a WatchList that is broken off for want of a newer etcd is read as pages at once",
    from: cold,
    outcomes: [watchList({ ending: "told", error: error("UNAVAILABLE", 500) })],
    leadsTo: "pages, none, no WatchList",
  },
  {
    name: "a WatchList that is broken off by a server in trouble is tried again",
    from: cold,
    outcomes: [watchList({ ending: "told", error: error("UNAVAILABLE", 503) })],
    leadsTo: "watch-list, back-off, catching-up",
  },
  {
    name: "one WatchList that breaks midway is tried again",
    from: cold,
    outcomes: [watchList({ ending: "cut", error: error("UNREACHABLE") })],
    leadsTo: "watch-list, back-off, catching-up",
  },
  {
    name: "after two that broke midway the list is read as pages",
    from: cold,
    outcomes: Array.from({ length: 2 }, () => watchList({ ending: "cut", error: error("UNREACHABLE") })),
    leadsTo: "pages, back-off, catching-up",
  },
  {
    name: "after those pages the next list is a WatchList again",
    from: cold,
    outcomes: [
      ...Array.from({ length: 2 }, () => watchList({ ending: "cut", error: error("UNREACHABLE") })),
      pages({ ending: "listed", cursor: "rv1" }),
      watch({ ending: "told", error: error("GONE"), livedMs: 60_000 }),
    ],
    leadsTo: "watch-list, none, catching-up, fresh",
  },
  {
    name: "a WatchList that could not begin does not count as broken",
    from: cold,
    outcomes: Array.from({ length: 9 }, () => watchList({ ending: "refused", error: error("UNREACHABLE") })),
    leadsTo: "watch-list, back-off, catching-up",
  },
  {
    name: "pages go on with a watch",
    from: cold,
    outcomes: [pages({ ending: "listed", cursor: "rv1" })],
    leadsTo: "watch, none",
  },
  {
    name: "pages that fail midway begin anew",
    from: cold,
    outcomes: [pages({ error: error("UNREACHABLE") })],
    leadsTo: "watch-list, back-off, catching-up",
  },
  {
    name: "a list that the server does not take from us is tried again slowly",
    from: cold,
    outcomes: [pages({ error: error("BAD_REQUEST") })],
    leadsTo: "watch-list, slow, catching-up",
  },
  {
    name: "a cursor that the server does not take is given up",
    from: live,
    outcomes: [watch({ ending: "refused", error: error("BAD_REQUEST") })],
    leadsTo: "watch-list, back-off, catching-up",
  },
  {
    name: "a watch that is refused with any cursor is tried again slowly, without more lists",
    from: live,
    outcomes: [
      watch({ ending: "refused", error: error("BAD_REQUEST") }),
      pages({ ending: "listed", cursor: "rv2" }),
      watch({ ending: "refused", error: error("BAD_REQUEST"), cursor: "rv2" }),
    ],
    leadsTo: "watch, slow, catching-up",
  },
  {
    name: "an unreadable line is asked for again",
    from: live,
    outcomes: Array.from({ length: 2 }, () => watch({ error: error("PROTOCOL") })),
    leadsTo: "watch, back-off, catching-up",
  },
  {
    name: "an unreadable line that comes again and again is passed by a new list",
    from: live,
    outcomes: Array.from({ length: 3 }, () => watch({ error: error("PROTOCOL") })),
    leadsTo: "watch-list, back-off, catching-up",
  },
  {
    name: "unreadable lines at other places each time are not the cursor's fault",
    from: live,
    outcomes: ["rv2", "rv3", "rv4", "rv5"].map((cursor) => watch({ error: error("PROTOCOL"), cursor })),
    leadsTo: "watch, back-off, catching-up",
  },
  {
    name: "an ERROR event that is not 410, again and again, is passed by a new list",
    from: live,
    outcomes: Array.from({ length: 3 }, () => watch({ ending: "told", error: error("UNAVAILABLE") })),
    leadsTo: "watch-list, back-off, catching-up",
  },
];

describe("the follower's rules", () => {
  for (const { name, from, outcomes, leadsTo } of cases) {
    it(name, () => {
      let step: Step | undefined;
      for (const outcome of outcomes) step = nextStep(step?.state ?? from, outcome, stableMs);
      assert.ok(step);
      assert.equal(words(step), leadsTo);
    });
  }

  it("carry the cursor of what was told last", () => {
    assert.equal(nextStep(live, watch({ cursor: "rv7", error: error("UNREACHABLE") }), stableMs).state.cursor, "rv7");
  });

  it("say why in the words of the failure", () => {
    const failure = error("UNREACHABLE");
    const { status } = nextStep(live, watch({ error: failure }), stableMs);
    assert.deepEqual(status, { status: "catching-up", reason: failure.message, error: failure });
  });
});
