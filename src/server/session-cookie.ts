/**
 * The explorer page's cookie. Named after the port, for cookies do not tell ports apart and several servers may run;
 * sent to /graphql only, so that other servers on this machine see it as little as can be.
 */
const nameOf = (port: number): string => `heddle_${port}`;

/** The value of Set-Cookie for a browser that came with a key; it ends with the browser or the server. */
export const sessionCookie = (session: string, port: number): string =>
  `${nameOf(port)}=${session}; Path=/graphql; HttpOnly; SameSite=Strict`;

/** The session in a Cookie header; undefined when there is none. */
export function sessionIn(cookie: string, port: number): string | undefined {
  const prefix = `${nameOf(port)}=`;
  const found = cookie.split(";").map((part) => part.trim());
  return found.find((part) => part.startsWith(prefix))?.slice(prefix.length);
}
