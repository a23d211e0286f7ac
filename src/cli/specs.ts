import { type CommandSpec, type FlagSpec } from "./command.ts";
import { agentSpec } from "./agent/spec.ts";
import { serverSpecs } from "./specs-server.ts";

const noHeadersFlag: FlagSpec = { syntax: "--no-headers", description: "rows only" };
const selectorFlag: FlagSpec = { syntax: "-l, --selector <query>", description: "label selector: app=web,tier!=db" };
const allNamespacesFlag: FlagSpec = { syntax: "-A, --all-namespaces", description: "look in all namespaces" };

const liveFlag: FlagSpec = { syntax: "--live", description: "ask the clusters themselves, past what a server keeps" };

const getSpec: CommandSpec = {
  name: "get",
  args: "[kinds-and-names...]",
  summary: "list objects of every cluster",
  help: `Examples:
  heddle get pods -A                      all pods of all clusters
  heddle get deploy,svc -l app=web        two kinds at once
  heddle get pod/web-1 --clusters prod    one object of one cluster
  heddle get nodes -o wide --sort-by .metadata.creationTimestamp
  heddle get pods -o jsonpath='{range .items[*]}{.metadata.name}{"\\n"}{end}'

With -o json, yaml, jsonpath and custom-columns every object names its cluster in the
annotation heddle.dev/cluster.`,
  flags: [
    allNamespacesFlag,
    selectorFlag,
    { syntax: "--field-selector <query>", description: "field selector: status.phase=Running" },
    { syntax: "-o, --output <format>", description: "table, wide, json, yaml, name, jsonpath=…, custom-columns=…" },
    { syntax: "--sort-by <jsonpath>", description: "order of the rows: .metadata.creationTimestamp" },
    { syntax: "-w, --watch", description: "after the list, every change as it comes" },
    { syntax: "--show-labels", description: "all labels as the last column" },
    { syntax: "-L, --label-columns <keys>", description: "a column for each of these labels", repeated: true },
    noHeadersFlag,
    { syntax: "--show-managed-fields", description: "with -o json and yaml: keep metadata.managedFields" },
    { syntax: "--ignore-not-found", description: "say nothing about names that do not exist" },
    liveFlag,
  ],
  load: () => import("./commands/get.ts"),
};

const describeSpec: CommandSpec = {
  name: "describe",
  args: "[kinds-and-names...]",
  summary: "tell everything worth knowing of objects, with their events",
  help: `Examples:
  heddle describe pod web-1
  heddle describe deploy -l app=web
  heddle describe node/node-1 --clusters prod`,
  flags: [allNamespacesFlag, selectorFlag, liveFlag],
  load: () => import("./commands/describe.ts"),
};

const containerFlag: FlagSpec = { syntax: "-c, --container <name>", description: "the container, if not the default" };

const logsSpec: CommandSpec = {
  name: "logs",
  args: "[pod-or-kind/name] [container]",
  summary: "print logs of containers, of several pods and clusters at once",
  help: `Examples:
  heddle logs web-1 -f
  heddle logs deploy/web --since 10m       every pod of the deployment, in every cluster
  heddle logs -l app=web --prefix --tail 20`,
  flags: [
    { syntax: "-f, --follow", description: "go on as the logs grow" },
    { syntax: "-p, --previous", description: "of the container before its last restart" },
    selectorFlag,
    containerFlag,
    { syntax: "--all-containers", description: "all containers of each pod" },
    { syntax: "--prefix", description: "put the pod and container before each line" },
    { syntax: "--since <duration>", description: "only what is younger: 5s, 2m, 3h" },
    { syntax: "--since-time <time>", description: "only what is younger than this time (RFC 3339)" },
    { syntax: "--tail <lines>", description: "only the last lines of each log; -1 is all (with -l: 10)" },
    { syntax: "--timestamps", description: "put its time before each line" },
  ],
  load: () => import("./commands/logs.ts"),
};

const sessionFlags: readonly FlagSpec[] = [
  containerFlag,
  { syntax: "-i, --stdin", description: "pass standard input on" },
  { syntax: "-t, --tty", description: "standard input is a terminal" },
  { syntax: "-q, --quiet", description: "print only what the container says" },
];

const execSpec: CommandSpec = {
  name: "exec",
  args: "[pod-or-kind/name] [command...]",
  summary: "run a command in a container of one cluster",
  help: `Examples:
  heddle exec web-1 -- ls /
  heddle exec -it deploy/web -- sh
The pod has to be in one cluster only: choose by --clusters.`,
  flags: sessionFlags,
  load: () => import("./commands/exec.ts"),
};

const attachSpec: CommandSpec = {
  name: "attach",
  args: "[pod-or-kind/name]",
  summary: "join the main process of a container of one cluster",
  flags: sessionFlags,
  load: () => import("./commands/attach.ts"),
};

const portForwardSpec: CommandSpec = {
  name: "port-forward",
  args: "[pod-or-kind/name] [ports...]",
  summary: "lead local ports to a pod of one cluster",
  help: `Examples:
  heddle port-forward web-1 8080:80
  heddle port-forward svc/web :http       any local port`,
  flags: [{ syntax: "--address <address>", description: "the local address to listen on (default 127.0.0.1)" }],
  load: () => import("./commands/port-forward.ts"),
};

const clustersSpec: CommandSpec = {
  name: "clusters",
  args: "[action] [id]",
  summary: "show how every cluster is; check credentials; add and remove clusters of a running server",
  help: `Examples:
  heddle clusters              one line for each cluster
  heddle clusters -w           the same, kept current until Ctrl-C
  heddle clusters check        what each credential cannot list or watch
  heddle clusters add lab --kubeconfig lab.yaml --context admin
  heddle clusters remove lab`,
  flags: [
    { syntax: "-w, --watch", description: "keep looking" },
    { syntax: "--interval <duration>", description: "with -w: time between two looks (default 5s)" },
    { syntax: "-o, --output <format>", description: "table, wide, name, json, yaml" },
    noHeadersFlag,
    { syntax: "--name <name>", description: "with add: what people call it" },
    { syntax: "--environment <name>", description: "with add: for --clusters env=…" },
    { syntax: "--region <name>", description: "with add: for --clusters region=…" },
    { syntax: "--api-server <url>", description: "with add, instead of --kubeconfig: https://…" },
    { syntax: "--token-file <file>", description: "with --api-server: a service account's token" },
    { syntax: "--ca-file <file>", description: "with --api-server: the authority to trust (PEM)" },
  ],
  load: () => import("./commands/clusters.ts"),
};

const apiResourcesSpec: CommandSpec = {
  name: "api-resources",
  args: "",
  summary: "list the kinds that the clusters serve",
  flags: [
    { syntax: "-o, --output <format>", description: "table, wide, name" },
    { syntax: "--api-group <group>", description: 'only this group; "" is the core group' },
    { syntax: "--namespaced <true|false>", description: "only kinds that are, or are not, in namespaces" },
    { syntax: "--verbs <verbs>", description: "only kinds with all these verbs", repeated: true },
    { syntax: "--categories <names>", description: "only kinds in all these categories", repeated: true },
    noHeadersFlag,
  ],
  load: () => import("./commands/api-resources.ts"),
};

const versionSpec: CommandSpec = {
  name: "version",
  args: "",
  summary: "print Heddle's version",
  flags: [{ syntax: "-o, --output <format>", description: "json" }],
  load: () => import("./commands/version.ts"),
};

const completionSpec: CommandSpec = {
  name: "completion",
  args: "[shell]",
  summary: "print a script that completes heddle's words: bash, zsh or fish",
  help: `Examples:
  source <(heddle completion bash)
  heddle completion fish | source`,
  flags: [],
  load: () => import("./commands/completion.ts"),
};

const completeSpec: CommandSpec = {
  name: "__complete",
  args: "[words...]",
  summary: "answer a shell's completion",
  flags: [],
  hidden: true,
  load: () => import("./commands/complete.ts"),
};

/** Every command in the order of the help. */
export const commandSpecs: readonly CommandSpec[] = [
  serverSpecs.serveSpec,
  getSpec,
  describeSpec,
  serverSpecs.treeSpec,
  serverSpecs.changesSpec,
  serverSpecs.eventsSpec,
  logsSpec,
  execSpec,
  attachSpec,
  portForwardSpec,
  clustersSpec,
  apiResourcesSpec,
  serverSpecs.statusSpec,
  serverSpecs.openSpec,
  serverSpecs.graphqlSpec,
  agentSpec,
  versionSpec,
  completionSpec,
  completeSpec,
];
