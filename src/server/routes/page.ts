import { type Handler } from "../exchange.ts";
import { ServerError } from "../failures.ts";
import { sendHtml } from "../html-page.ts";
import { type OneTimeKeys } from "../one-time-key.ts";
import { type BrowserCookies } from "../session-cookie.ts";

/** Who is let in by a link, and what they show from then on. */
export type EnterOptions = Readonly<{ keys: OneTimeKeys; cookies: BrowserCookies }>;

/**
 * `GET /?key=…`: lets a browser in, once a key, and sends it on to the console, or to the page that `next` names. By a
 * page and not by a redirect: a browser that followed a link of another site would not show a strict cookie along one.
 */
export const enter =
  ({ keys, cookies }: EnterOptions): Handler =>
  async ({ request, response, url }) => {
    const key = url.searchParams.get("key");
    const taken = key !== null && keys.take(key);
    // Who is in already and comes back by the same link needs no other.
    if (!taken && !cookies.isIn(request.headers.cookie ?? ""))
      throw new ServerError(
        401,
        "HEDDLE_SERVER_KEY_WRONG",
        "this link lets a browser in once, within ten minutes: `heddle open` prints another",
      );
    const goTo = pathWithin(url.searchParams.get("next"));
    const page = { status: 200, title: "Heddle", lines: [], links: [{ to: goTo, words: "Go on" }], goTo };
    sendHtml(response, page, taken ? { "set-cookie": cookies.set } : {});
  };

/** A page of this server and of no other; without one the console's first. */
export function pathWithin(next: string | null): string {
  const found = next?.startsWith("/") ? URL.parse(next, "http://heddle") : null;
  return found?.host === "heddle" && found.protocol === "http:" ? `${found.pathname}${found.search}${found.hash}` : "/";
}
