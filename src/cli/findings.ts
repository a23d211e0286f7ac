import {
  type ClusterAnswer,
  type ClusterInfo,
  type KubeObject,
  type ObjectList,
  type Resource,
  resourceName,
} from "../model/index.ts";
import {
  explainFailures,
  explainMissing,
  type Failure,
  isNotFound,
  isUnknownKind,
  meantKinds,
  resourceInStatus,
} from "./failure.ts";
import { type FleetCall, gatherAnswers } from "./fleet-call.ts";
import { humanDuration } from "./format/age.ts";
import { type Question } from "./question.ts";

/** One cluster's objects of one kind. `kept`: from what a server keeps, which has Secrets without their values. */
export type Part = Readonly<{
  cluster: ClusterInfo;
  resource: Resource;
  objects: readonly KubeObject[];
  kept: boolean;
}>;

/** All parts of one kind, in the fleet's order of clusters. */
export type Section = Readonly<{ resource: Resource; parts: readonly Part[] }>;

/** What was found, and in words for stderr what was not: clusters that failed, and names that no cluster has. */
export type Findings = Readonly<{
  /** How many kinds were asked for, those of a category counted each. */
  kinds: number;
  sections: readonly Section[];
  failures: readonly string[];
  missing: readonly string[];
}>;

export type ListFilters = Readonly<{
  namespace: string | undefined;
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
  brief?: boolean;
  /** Asks the clusters themselves, past what a server keeps. */
  live?: boolean;
}>;

type Answer = ClusterAnswer<ObjectList>;
type Failed = Extract<Answer, { ok: false }>;

/**
 * Asks every chosen cluster every question at once. A name is missing only when no cluster that answered has it, and
 * a kind is unknown only when no cluster serves it: one pod is asked of a whole fleet, and found where it is.
 */
export async function findObjects(
  call: FleetCall,
  questions: readonly Question[],
  filters: ListFilters,
): Promise<Findings> {
  const sections = new Map<string, Section>();
  const failures: Failure[] = [];
  const missing: string[] = [];
  const asked = (await Promise.all(questions.map((question) => askThrough(call, question, filters)))).flat();
  for (const { question, answers } of asked) {
    for (const line of answers.flatMap((answer) => agedWords(answer, call))) call.output.note(line);
    const parts = inFleetOrder(call.clusters, answers);
    for (const part of parts) addPart(sections, part);
    failures.push(...seriousFailures(answers));
    missing.push(...missingNames({ question, answers }, parts, call.clusters));
  }
  return {
    kinds: asked.length,
    sections: [...sections.values()],
    failures: explainFailures(failures, call.clusters),
    missing,
  };
}

type Asked = Readonly<{ question: Question; answers: readonly Answer[] }>;

/** Asks a question; where its word means several kinds ("all"), each of those that any cluster has. */
async function askThrough(call: FleetCall, question: Question, filters: ListFilters): Promise<readonly Asked[]> {
  const answers = await ask(call, question, filters);
  const kinds = new Set(answers.flatMap((answer) => (answer.ok ? [] : meantKinds(answer.error))));
  if (kinds.size === 0) return [{ question, answers }];
  const each = [...kinds].map(async (kind) => {
    const answers = await ask(call, { ...question, kind }, filters);
    return { question: { ...question, kind }, answers };
  });
  return Promise.all(each);
}

const ask = (call: FleetCall, { kind, names }: Question, filters: ListFilters): Promise<readonly Answer[]> => {
  const { session, clusters, signal, ports, output } = call;
  const query = { kind, clusters: clusters.map(({ id }) => id), names, ...filters };
  return gatherAnswers(session.reader.list(query, signal), clusters, { clock: ports.clock, output });
};

function inFleetOrder(clusters: readonly ClusterInfo[], answers: readonly Answer[]): readonly Part[] {
  const byCluster = new Map(answers.map((answer) => [answer.cluster, answer]));
  return clusters.flatMap((cluster) => {
    const answer = byCluster.get(cluster.id);
    return answer?.value === undefined ? [] : [{ cluster, ...answer.value, kept: isKept(answer) }];
  });
}

/** Whether objects come from what a server keeps and not from their cluster. */
export const isKept = (answer: ClusterAnswer<unknown>): boolean => answer.ok && answer.freshness.state !== "direct";

function addPart(sections: Map<string, Section>, part: Part): void {
  const name = resourceName(part.resource);
  const parts = [...(sections.get(name)?.parts ?? []), part];
  sections.set(name, { resource: parts[0]?.resource ?? part.resource, parts });
}

/** That an answer is not of this moment is said, not hidden. */
function agedWords(answer: Answer, { ports }: FleetCall): readonly string[] {
  if (!answer.ok || !("sinceMs" in answer.freshness)) return [];
  const age = humanDuration(ports.clock.nowMs() - answer.freshness.sinceMs);
  return [`warning: cluster ${answer.cluster}: what was known ${age} ago`];
}

function seriousFailures(answers: readonly Answer[]): readonly Failure[] {
  const failed = answers.filter((answer): answer is Failed => !answer.ok && !isNotFound(answer.error));
  const served = answers.some((answer) => answer.ok || isNotFound(answer.error));
  return served ? failed.filter(({ error }) => !isUnknownKind(error)) : failed;
}

function missingNames(
  { question: { kind, names }, answers }: Asked,
  parts: readonly Part[],
  clusters: readonly ClusterInfo[],
): readonly string[] {
  const notFound = answers.filter((answer): answer is Failed => !answer.ok && isNotFound(answer.error));
  if (notFound.length === 0) return [];
  if (names === undefined) return explainFailures(notFound, clusters);
  const found = new Set(parts.flatMap(({ objects }) => objects.map(({ metadata }) => metadata.name)));
  const resource = notFound.map(({ error }) => resourceInStatus(error)).find((name) => name !== undefined) ?? kind;
  const where = clusters.filter(({ id }) => notFound.some(({ cluster }) => cluster === id));
  return names.filter((name) => !found.has(name)).map((name) => explainMissing(resource, name, where));
}
