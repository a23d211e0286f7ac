import { type CommandSpec, type FlagSpec, longOf } from "../command.ts";
import { type PartialLine } from "./line.ts";

/** What may stand at the cursor, and a word about it. */
export type Candidate = Readonly<{ text: string; about?: string }>;

/** What only the clusters know; each answers with nothing where they cannot be asked. */
export type Known = Readonly<{
  clusters(): Promise<readonly Candidate[]>;
  namespaces(): Promise<readonly Candidate[]>;
  kinds(): Promise<readonly Candidate[]>;
  names(kind: string): Promise<readonly Candidate[]>;
  containers(pod: string): Promise<readonly Candidate[]>;
  ports(pod: string): Promise<readonly Candidate[]>;
}>;

type Specs = Readonly<{ commands: readonly CommandSpec[]; globalFlags: readonly FlagSpec[] }>;

/** Everything that fits at the cursor, in order. Empty: the shell may offer files. */
export async function completeLine(line: PartialLine, specs: Specs, known: Known): Promise<readonly Candidate[]> {
  const { typing, beyond, command } = line;
  if (beyond) return [];
  if (typing.kind === "value") {
    const values = await flagValues(line, typing.flag, known);
    return fitting(withList(values, typing.text), typing.text).map((each) => ({
      ...each,
      text: typing.before + each.text,
    }));
  }
  if (typing.text.startsWith("-")) return fitting(flagCandidates(command, specs.globalFlags), typing.text);
  if (command === undefined) return fitting(commandCandidates(specs.commands), typing.text);
  return fitting(await argCandidates(line, command, known), typing.text);
}

const fitting = (candidates: readonly Candidate[], typed: string): readonly Candidate[] =>
  candidates.filter(({ text }) => text.startsWith(typed));

const commandCandidates = (commands: readonly CommandSpec[]): readonly Candidate[] =>
  commands.filter(({ hidden }) => hidden !== true).map(({ name, summary }) => ({ text: name, about: summary }));

const flagCandidates = (command: CommandSpec | undefined, globalFlags: readonly FlagSpec[]): readonly Candidate[] =>
  [...(command?.flags ?? []), ...globalFlags].map(({ syntax, description }) => ({
    text: longOf(syntax),
    about: description,
  }));

/** Behind a comma a list goes on: "a,b" is completed from "a,". */
function withList(candidates: readonly Candidate[], typed: string): readonly Candidate[] {
  const before = typed.slice(0, typed.lastIndexOf(",") + 1);
  return before === "" ? candidates : candidates.map((each) => ({ ...each, text: before + each.text }));
}

const texts = (words: string): readonly Candidate[] => words.split(" ").map((text) => ({ text }));

async function flagValues({ command, args }: PartialLine, flag: FlagSpec, known: Known): Promise<readonly Candidate[]> {
  switch (longOf(flag.syntax)) {
    case "--clusters":
    case "--context":
      return known.clusters();
    case "--namespace":
      return known.namespaces();
    case "--output":
      return texts(outputs[command?.name ?? ""] ?? "json");
    case "--container":
      return args[0] === undefined ? [] : known.containers(args[0]);
    case "--namespaced":
      return texts("true false");
    case "--direction":
      return texts("tree out in both");
    case "--types":
      return texts(command?.name === "events" ? "Normal Warning" : relationTypes);
    default:
      return [];
  }
}

const relationTypes =
  "owned_by manages runs_on uses bound_to selects routes_to scales binds attached_to in_namespace instance_of";

/** Traits choose clusters; they name none. */
const isId = ({ text }: Candidate): boolean => !text.includes("=");

const outputs: Readonly<Record<string, string>> = {
  get: "table wide json yaml name jsonpath= custom-columns=",
  events: "table wide json yaml name jsonpath= custom-columns=",
  tree: "tree json yaml",
  changes: "table wide json",
  status: "table json yaml",
  clusters: "table wide name json yaml",
  "api-resources": "table wide name",
};

/** What may stand behind a command, by its name; commands that are not here take no words. */
const argsOf: Readonly<Record<string, (line: PartialLine, known: Known) => Promise<readonly Candidate[]>>> = {
  get: kindsAndNames,
  describe: kindsAndNames,
  tree: kindsAndNames,
  events: kindsAndNames,
  changes: async ({ typing }, known) => withList(await known.kinds(), typing.text),
  logs: async ({ args: [pod, ...others], typing }, known) => {
    if (pod === undefined) return podOrKind(typing.text, known);
    return others.length === 0 ? known.containers(pod) : [];
  },
  exec: onePod,
  attach: onePod,
  "port-forward": async ({ args: [pod], typing }, known) =>
    pod === undefined ? podOrKind(typing.text, known) : known.ports(pod),
  clusters: async ({ args: [action, ...others] }, known) => {
    if (action === undefined) return texts("check add remove");
    return action === "remove" && others.length === 0 ? (await known.clusters()).filter(isId) : [];
  },
  completion: async ({ args }) => (args.length === 0 ? texts("bash zsh fish") : []),
};

const argCandidates = async (line: PartialLine, { name }: CommandSpec, known: Known): Promise<readonly Candidate[]> =>
  (await argsOf[name]?.(line, known)) ?? [];

async function kindsAndNames({ args: [first], typing }: PartialLine, known: Known): Promise<readonly Candidate[]> {
  return first === undefined ? kindOrName(typing.text, known) : moreNames(first, typing.text, known);
}

async function onePod({ args, typing }: PartialLine, known: Known): Promise<readonly Candidate[]> {
  return args.length === 0 ? podOrKind(typing.text, known) : [];
}

/** "po", "pods,sv" and "pod/we" */
async function kindOrName(typed: string, known: Known): Promise<readonly Candidate[]> {
  return typed.includes("/") ? slashed(typed, known) : withList(await known.kinds(), typed);
}

async function slashed(typed: string, known: Known): Promise<readonly Candidate[]> {
  const kind = typed.slice(0, typed.indexOf("/"));
  return (await known.names(kind)).map((each) => ({ ...each, text: `${kind}/${each.text}` }));
}

async function moreNames(first: string, typed: string, known: Known): Promise<readonly Candidate[]> {
  if (first.includes("/")) return kindOrName(typed, known);
  const each = await Promise.all(first.split(",").map((kind) => known.names(kind)));
  return each.flat();
}

const podMakers = texts("deployment/ statefulset/ daemonset/ replicaset/ job/ service/");

const podOrKind = async (typed: string, known: Known): Promise<readonly Candidate[]> =>
  typed.includes("/") ? slashed(typed, known) : [...(await known.names("pods")), ...podMakers];
