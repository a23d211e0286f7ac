import { createHash } from "node:crypto";

/** The explorer page and what it loads, all from this server. */
export type Explorer = Readonly<{
  html: string;
  /** By the last part of their paths below /graphql/assets/. */
  assets: ReadonlyMap<string, Readonly<{ type: string; text: string }>>;
  /** What the page may load and do: nothing from elsewhere, and nowhere to send to. */
  policy: string;
}>;

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  // The editor runs its language services in workers made of what was loaded, and styles what it draws.
  "worker-src 'self' blob:",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

const example = `# Every cluster in one live graph: press ▶, or Ctrl-Enter.
query Overview {
  clusters {
    id
    state
    objects
    freshness { state since }
  }
  resources(filter: { kinds: ["pods"], status: ["CrashLoopBackOff", "Error", "Pending"] }, limit: 20) {
    items { id status reason relationships { type target { id } } }
    next
  }
}
`;

/**
 * GraphiQL as it is published in one piece (9 MB), read when the page is first asked for. Its scripts are served apart
 * from the page, so that the page needs no script of its own and none can be slipped into it.
 */
export async function loadExplorer(): Promise<Explorer> {
  const { css, editorWorkerService, favicon, graphqlWorker, js, jsonWorker } =
    await import("@graphql-yoga/render-graphiql/graphiql");
  const script = { type: "text/javascript; charset=utf-8" };
  const pieces: readonly (readonly [string, Readonly<{ type: string; text: string }>])[] = [
    ["graphiql.css", { type: "text/css; charset=utf-8", text: css }],
    ["graphiql.js", { ...script, text: js }],
    ["editor.js", { ...script, text: editorWorkerService }],
    ["json.js", { ...script, text: jsonWorker }],
    ["graphql.js", { ...script, text: graphqlWorker }],
  ];
  const named = new Map(pieces.map(([name, piece]) => [name, { ...piece, path: hashed(name, piece.text) }]));
  const pathOf = (name: string): string => `/graphql/assets/${named.get(name)?.path}`;
  const start = startScript({ editor: pathOf("editor.js"), json: pathOf("json.js"), graphql: pathOf("graphql.js") });
  const startPath = hashed("start.js", start);
  const assets = new Map([...named.values()].map(({ path, type, text }) => [path, { type, text }]));
  assets.set(startPath, { ...script, text: start });
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Heddle · GraphQL</title>
<link rel="icon" href="${favicon.startsWith("data:") ? favicon : "data:,"}">
<link rel="stylesheet" href="${pathOf("graphiql.css")}">
</head>
<body id="body" class="no-focus-outline">
<noscript>The explorer needs JavaScript.</noscript>
<div id="root"></div>
<script src="/graphql/assets/${startPath}"></script>
<script src="${pathOf("graphiql.js")}"></script>
<script src="/graphql/assets/${startPath}"></script>
</body>
</html>
`;
  return { html, assets, policy };
}

/** A name that changes with what it names, so that browsers may keep it for ever. */
const hashed = (name: string, text: string): string =>
  name.replace(".", `.${createHash("sha256").update(text).digest("hex").slice(0, 12)}.`);

/** Loaded before the explorer, to tell it where its workers are, and after it, to begin. */
const startScript = (workers: Readonly<Record<"editor" | "json" | "graphql", string>>): string => `"use strict";
if (!self.MonacoEnvironment) {
  const workers = ${JSON.stringify({ editorWorkerService: workers.editor, json: workers.json, graphql: workers.graphql })};
  self.MonacoEnvironment = { globalAPI: false, getWorkerUrl: (_module, label) => workers[label] };
} else {
  YogaGraphiQL.renderYogaGraphiQL(document.querySelector("#root"), ${JSON.stringify({
    endpoint: "/graphql",
    title: "Heddle",
    defaultQuery: example,
    subscriptionsProtocol: "SSE",
    credentials: "same-origin",
  })});
}
`;
