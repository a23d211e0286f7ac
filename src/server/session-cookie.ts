import { type AccessSecret } from "./secret.ts";

/**
 * What a browser that was let in shows. Two, named after the port, for cookies do not tell ports apart and several
 * servers may run: the session, which questions are answered by, is sent to /graphql only, so that other servers on this
 * machine see it as little as can be; the visit, sent with every page, opens nothing but the console's files.
 */
export type BrowserSecrets = Readonly<{ session: AccessSecret; visit: AccessSecret }>;

/** `set`: values of Set-Cookie, which end with the browser or the server; `isIn`: whether a Cookie header has them. */
export type BrowserCookies = Readonly<{ set: readonly string[]; isIn(cookie: string): boolean }>;

const nameOf = (port: number): string => `heddle_${port}`;
const visitNameOf = (port: number): string => `heddle_${port}_visit`;

/** For a browser that came with a key. */
export const browserCookies = ({ session, visit }: BrowserSecrets, port: number): BrowserCookies => ({
  set: [
    `${nameOf(port)}=${session.text}; Path=/graphql; HttpOnly; SameSite=Strict`,
    `${visitNameOf(port)}=${visit.text}; Path=/; HttpOnly; SameSite=Strict`,
  ],
  isIn: (cookie) => visit.is(visitIn(cookie, port) ?? ""),
});

/** The session in a Cookie header; undefined when there is none. */
export const sessionIn = (cookie: string, port: number): string | undefined => cookieIn(cookie, nameOf(port));

export const visitIn = (cookie: string, port: number): string | undefined => cookieIn(cookie, visitNameOf(port));

function cookieIn(cookie: string, name: string): string | undefined {
  const prefix = `${name}=`;
  const found = cookie.split(";").map((part) => part.trim());
  return found.find((part) => part.startsWith(prefix))?.slice(prefix.length);
}
