import { type CommandSpec, type FlagSpec } from "./command.ts";

const allNamespacesFlag: FlagSpec = { syntax: "-A, --all-namespaces", description: "look in all namespaces" };
const noHeadersFlag: FlagSpec = { syntax: "--no-headers", description: "rows only" };

const serveSpec: CommandSpec = {
  name: "serve",
  args: "",
  summary: "keep every cluster in one live graph and answer over HTTP",
  help: `Examples:
  heddle serve                             the contexts of your kubeconfigs
  heddle serve --config heddle.yaml --data /var/lib/heddle
  heddle serve --listen 127.0.0.1:0        any free port
  heddle serve --demo                      three simulated clusters, nothing needed
  heddle serve --demo=seed:7,clusters:20,pods:5000

Other commands of the same user find it by --server, HEDDLE_SERVER or the default address,
and answer from it. Only loopback addresses are listened on. Ctrl-C ends it; the exit code
is then 0.`,
  flags: [
    { syntax: "--listen <address>", description: "where to listen (default HEDDLE_LISTEN, 127.0.0.1:7433)" },
    {
      syntax: "--data <folder>",
      description: "the durable record (default HEDDLE_DATA, ~/.local/state/heddle); one server a folder",
    },
    {
      syntax: "--demo [world]",
      description: "simulated clusters instead of yours; world: seed:1,clusters:3,pods:60 (of each cluster)",
    },
    { syntax: "--or-demo", description: "a demo where there is no cluster at all", hidden: true },
  ],
  load: () => import("./commands/serve.ts"),
};

const treeSpec: CommandSpec = {
  name: "tree",
  args: "[kind/name]",
  summary: "draw what belongs to an object and what it needs, from a running server",
  help: `Examples:
  heddle tree deploy/web                   what it made, and what that uses
  heddle tree node/node-1 --depth 1
  heddle tree cm/settings --direction in   who uses it
  heddle tree svc/web --types selects,routes_to`,
  flags: [
    { syntax: "--depth <hops>", description: "how far to go (default 3)" },
    { syntax: "--types <relations>", description: "only along these: owned_by, manages, uses, …", repeated: true },
    { syntax: "--direction <direction>", description: "tree (what fits the object), out, in or both" },
    { syntax: "-o, --output <format>", description: "tree, json, yaml" },
  ],
  load: () => import("./commands/tree.ts"),
};

const changesSpec: CommandSpec = {
  name: "changes",
  args: "[kinds...]",
  summary: "show what happened to objects of all clusters, from a running server",
  help: `Examples:
  heddle changes                           the last 100 that were recorded
  heddle changes -f                        as they happen
  heddle changes pods,deploy -f -n web -l app=web
  heddle changes -f -o json                CloudEvents, one a line

Without -n, of all namespaces. A broken connection is made anew without a gap; what the
server no longer holds is said on stderr.`,
  flags: [
    { syntax: "-f, --follow", description: "go on as they happen" },
    allNamespacesFlag,
    { syntax: "-l, --selector <query>", description: "label selector: app=web,tier!=db" },
    { syntax: "--tail <count>", description: "how many of the recorded ones; -1 is all (default 100; with -f: none)" },
    { syntax: "-o, --output <format>", description: "table, wide, json" },
    noHeadersFlag,
  ],
  load: () => import("./commands/changes.ts"),
};

const eventsSpec: CommandSpec = {
  name: "events",
  args: "[kinds-and-names...]",
  summary: "list Kubernetes' own Events, the latest last",
  help: `Examples:
  heddle events -A
  heddle events deploy/web
  heddle events --types Warning -A`,
  flags: [
    allNamespacesFlag,
    { syntax: "--types <types>", description: "only these: Normal, Warning", repeated: true },
    { syntax: "-o, --output <format>", description: "table, wide, json, yaml, name, jsonpath=…, custom-columns=…" },
    noHeadersFlag,
  ],
  load: () => import("./commands/events.ts"),
};

const statusSpec: CommandSpec = {
  name: "status",
  args: "",
  summary: "show how the running server is and what it keeps",
  flags: [{ syntax: "-o, --output <format>", description: "table, json, yaml" }],
  load: () => import("./commands/status.ts"),
};

const openSpec: CommandSpec = {
  name: "open",
  args: "[page]",
  summary: "print a link that opens the running server's console in a browser",
  help: `Examples:
  heddle open
  heddle open /changes
  heddle open --browser                    starts the browser too

The link works once, within ten minutes; who has it can do what the server may.`,
  flags: [{ syntax: "--browser", description: "open it as well" }],
  load: () => import("./commands/open.ts"),
};

const graphqlSpec: CommandSpec = {
  name: "graphql",
  args: "[file]",
  summary: "ask a running server by GraphQL",
  help: `Examples:
  heddle graphql query.graphql
  echo '{ clusters { id } }' | heddle graphql -
  heddle graphql query.graphql --variables '{"cluster":"prod"}'`,
  flags: [
    { syntax: "--variables <json>", description: "the operation's variables" },
    { syntax: "--operation <name>", description: "which operation of the file" },
  ],
  load: () => import("./commands/graphql.ts"),
};

/** Commands about a running server, in the order of the help. */
export const serverSpecs = { serveSpec, treeSpec, changesSpec, eventsSpec, statusSpec, openSpec, graphqlSpec };
