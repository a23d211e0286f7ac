import { createHash } from "node:crypto";
import { type IncomingMessage, type ServerResponse } from "node:http";
import { sendText } from "./respond.ts";

/** A page of few words, for people; texts between back-quotes are shown as code. */
export type HtmlPage = Readonly<{
  status: number;
  title: string;
  lines: readonly string[];
  links?: readonly Readonly<{ to: string; words: string }>[];
  /** Shown small, for those who look for it. */
  code?: string;
  /** Goes there at once. */
  goTo?: string;
}>;

const style = `:root{color-scheme:light dark;background:Canvas;color:CanvasText;font:16px/1.55 system-ui,sans-serif}
body{margin:0;display:grid;min-height:100vh;place-items:center}
main{max-width:36rem;padding:2rem}
h1{font-size:1.4rem;margin:0 0 .75rem}
code{font:.92em ui-monospace,monospace;background:rgb(128 128 128/.18);border-radius:.3em;padding:.1em .35em}
small{opacity:.75}`;

/** Nothing but its own style, known by its hash: whatever else got into the page does not run. */
const policy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

export function sendHtml(
  response: ServerResponse,
  { status, title, lines, links = [], code, goTo }: HtmlPage,
  headers: Readonly<Record<string, string | readonly string[]>> = {},
): void {
  const refresh = goTo === undefined ? "" : `<meta http-equiv="refresh" content="0; url=${escape(goTo)}">\n`;
  const text = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${refresh}<title>${escape(title)} · Heddle</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escape(title)}</h1>
${lines.map((line) => `<p>${marked(line)}</p>`).join("\n")}
${links.map(({ to, words }) => `<p><a href="${escape(to)}">${escape(words)}</a></p>`).join("\n")}
${code === undefined ? "" : `<p><small><code>${escape(code)}</code></small></p>`}
</main>
</body>
</html>
`;
  sendText(response, {
    type: "text/html; charset=utf-8",
    text,
    status,
    headers: { "content-security-policy": policy, ...headers },
  });
}

const escape = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);

const marked = (line: string): string =>
  line
    .split("`")
    .map((part, index) => (index % 2 === 0 ? escape(part) : `<code>${escape(part)}</code>`))
    .join("");

/** Whether a person's browser waits for a page: what a program asks for is answered as JSON. */
export const wantsHtml = ({ method, headers }: Pick<IncomingMessage, "method" | "headers">): boolean =>
  method === "GET" && /(^|,)\s*text\/html\b/i.test(headers.accept ?? "");
