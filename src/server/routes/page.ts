import { type Handler } from "../exchange.ts";
import { ServerError } from "../failures.ts";
import { type OneTimeKeys } from "../one-time-key.ts";
import { sendText } from "../respond.ts";
import { sessionCookie } from "../session-cookie.ts";

/**
 * `GET /?key=…`: lets a browser in, once a key, and sends it on to the explorer. By a page and not by a redirect: a
 * browser that followed a link of another site would not show a strict cookie along one.
 */
export const enter =
  ({ keys, session, port }: Readonly<{ keys: OneTimeKeys; session: string; port: number }>): Handler =>
  async ({ response, url }) => {
    const key = url.searchParams.get("key");
    if (key === null || !keys.take(key))
      throw new ServerError(
        401,
        "HEDDLE_SERVER_KEY_WRONG",
        "this URL lets a browser in once, within ten minutes: restart the server, or ask POST /api/page-url, for another",
      );
    sendText(response, {
      type: "text/html; charset=utf-8",
      text: '<!doctype html><meta http-equiv="refresh" content="0; url=/graphql"><a href="/graphql">GraphQL explorer</a>\n',
      headers: {
        "set-cookie": sessionCookie(session, port),
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
      },
    });
  };
