import {
  containerNames,
  type ClusterAnswer,
  type ClusterInfo,
  type KubeObject,
  listAt,
  numberAt,
  stringAt,
} from "../../model/index.ts";
import { type FleetCall, namespaceOf } from "../fleet-call.ts";
import { type Candidate, type Known } from "./candidates.ts";

/** Opens the fleet that the line means, for one question. */
export type Ask = <T>(work: (fleet: FleetCall) => Promise<T>) => Promise<T>;

/** Asks the chosen clusters; those that fail or are too slow for the signal count as empty. */
export function createKnown(ask: Ask): Known {
  const pods = (word: string): Promise<readonly KubeObject[]> =>
    ask((fleet) => listObjects(fleet, "pods", [word.replace(/^pods?\//, "")]));
  return {
    clusters: () => ask(async ({ session }) => clusterCandidates(session.reader.clusters())),
    namespaces: async () => nameCandidates(await ask((fleet) => listObjects(fleet, "namespaces"))),
    kinds: () => ask(listKinds),
    names: async (kind) => nameCandidates(await ask((fleet) => listObjects(fleet, kind))),
    containers: async (word) => unique((await pods(word)).flatMap(containerNames).map((text) => ({ text }))),
    ports: async (word) => unique((await pods(word)).flatMap(portCandidates)),
  };
}

async function listObjects(fleet: FleetCall, kind: string, names?: readonly string[]): Promise<readonly KubeObject[]> {
  const { session, clusters, signal } = fleet;
  const query = { kind, clusters: clusters.map(({ id }) => id), namespace: namespaceOf(fleet), names };
  return (await valuesOf(session.reader.list(query, signal), signal)).flatMap(({ objects }) => objects);
}

async function listKinds({ session, clusters, signal }: FleetCall): Promise<readonly Candidate[]> {
  const ids = clusters.map(({ id }) => id);
  const served = (await valuesOf(session.reader.resources(ids, signal), signal)).flat();
  const listable = served.filter(({ verbs }) => verbs.includes("list"));
  return unique(listable.map(({ plural, shortNames }) => ({ text: plural, about: shortNames.join(", ") })));
}

/** What arrives before the signal aborts. */
async function valuesOf<T>(answers: AsyncIterable<ClusterAnswer<T>>, signal: AbortSignal): Promise<readonly T[]> {
  const values: T[] = [];
  try {
    for await (const answer of answers) if (answer.value !== undefined) values.push(answer.value);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return values;
}

const nameCandidates = (objects: readonly KubeObject[]): readonly Candidate[] =>
  unique(objects.map(({ metadata }) => ({ text: metadata.name })));

function clusterCandidates(clusters: readonly ClusterInfo[]): readonly Candidate[] {
  const ids = clusters.map(({ id, name, server }) => ({ text: id, about: name === id ? server : name }));
  const traits = clusters.flatMap(({ environment, region }) => [
    ...(environment === undefined ? [] : [{ text: `env=${environment}` }]),
    ...(region === undefined ? [] : [{ text: `region=${region}` }]),
  ]);
  return [...ids, ...unique(traits)];
}

const portCandidates = ({ spec }: KubeObject): readonly Candidate[] =>
  listAt(spec, "containers").flatMap((container) =>
    listAt(container, "ports").map((port) => ({
      text: String(numberAt(port, "containerPort") ?? 0),
      about: stringAt(port, "name") ?? stringAt(container, "name") ?? "",
    })),
  );

/** Each text once, in order. */
function unique(candidates: readonly Candidate[]): readonly Candidate[] {
  const byText = new Map(candidates.map((candidate) => [candidate.text, candidate]));
  return [...byText.values()].sort((a, b) => (a.text < b.text ? -1 : Number(a.text > b.text)));
}
