import { type HeddleError } from "../../base/index.ts";
import { askEach, failed } from "../../fleet/index.ts";
import {
  type ClusterAnswer,
  type ClusterId,
  type ObjectList,
  type Reader,
  type Resource,
  type ResourceQuery,
} from "../../model/index.ts";
import { answerWith, findHeld, type HeldQuestion, joinObjects, listHeld, parseFound } from "./find-held.ts";
import { heldKind } from "./held-kind.ts";
import { type Asked, type StoreReaderDeps, type TextList } from "./model.ts";
import { readThrough } from "./read-through.ts";
import { watchCluster } from "./watch-cluster.ts";

/**
 * A Reader that answers from the store, and asks `direct` what the store does not hold. A lost cluster's objects are
 * answered as long as the store has them, with since when they are stale, and after that at once why there are none: a
 * cluster that is known not to answer is waited for only by `live: true`. Objects lack managedFields, Secrets their
 * values: `live: true` reads through.
 */
export function createStoreReader(deps: StoreReaderDeps): Reader {
  const { fleet, direct } = deps;
  return {
    clusters: () => fleet.clusters(),
    summaries: (ids, signal) => direct.summaries(ids, signal),
    resources: (ids, signal) => askEach(ids, (id, signal) => resourcesOf(deps, id, signal), signal),
    list: (query, signal) =>
      askEach(
        query.clusters,
        (id, signal) =>
          answer(
            deps,
            { id, query },
            { signal, direct: identity, held: (question) => heldObjects(deps, question, signal) },
          ),
        signal,
      ),
    watch: (query, signal) =>
      askEach(query.clusters, (id, signal) => watchCluster(deps, { id, query }, signal), signal),
  };
}

/** `Reader.list` in text: each cluster's objects as one JSON list, joined without being parsed where the store has them. */
export type TextLister = (query: ResourceQuery, signal: AbortSignal) => AsyncIterable<ClusterAnswer<TextList>>;

export const createTextLister =
  (deps: StoreReaderDeps): TextLister =>
  (query, signal) =>
    askEach(
      query.clusters,
      (id, own) =>
        answer(
          deps,
          { id, query },
          // A list is still read when all answers have begun.
          { signal: own, direct: asText, held: (question) => heldText(deps, question, signal) },
        ),
      signal,
    );

type Forms<T> = Readonly<{
  signal: AbortSignal;
  direct: (list: ObjectList) => T;
  held: (question: HeldQuestion) => Promise<ClusterAnswer<T>>;
}>;

/** One cluster's answer, from the store where it can, in the form that is wanted. Throws only when aborted. */
async function* answer<T>(
  deps: StoreReaderDeps,
  asked: Asked,
  { signal, direct, held }: Forms<T>,
): AsyncGenerator<ClusterAnswer<T>> {
  const { id, query } = asked;
  try {
    const kind = await heldKind(deps, asked, signal);
    if (kind !== undefined) {
      yield await held({ ...asked, kind });
      return;
    }
    const lost = query.live === true ? undefined : knownFailure(deps, id);
    if (lost !== undefined) {
      yield failed(id, lost);
      return;
    }
  } catch (error) {
    signal.throwIfAborted();
    yield failed(id, error);
    return;
  }
  const answers = readThrough(deps.direct).list({ ...query, clusters: [id] }, signal);
  for await (const answer of answers) yield inForm(answer, direct);
}

/** Why the cluster cannot be asked, where that was seen already: whoever follows it finds out when it can be again. */
function knownFailure({ fleet }: StoreReaderDeps, id: ClusterId): HeddleError | undefined {
  const health = fleet.summaries().find(({ info }) => info.id === id)?.health;
  return health?.state === "Failed" ? health.error : undefined;
}

function inForm<T>(answer: ClusterAnswer<ObjectList>, form: (list: ObjectList) => T): ClusterAnswer<T> {
  if (answer.ok) return { ...answer, value: form(answer.value) };
  const { value, ...failure } = answer;
  return value === undefined ? failure : { ...failure, value: form(value) };
}

async function heldObjects(
  deps: StoreReaderDeps,
  question: HeldQuestion,
  signal: AbortSignal,
): Promise<ClusterAnswer<ObjectList>> {
  const found = await findHeld(deps, question, signal);
  return answerWith(question.id, found, await parseFound(deps, found, signal));
}

async function heldText(
  deps: StoreReaderDeps,
  question: HeldQuestion,
  signal: AbortSignal,
): Promise<ClusterAnswer<TextList>> {
  const { id, query, kind } = question;
  if (query.names === undefined)
    return { cluster: id, ok: true, value: await listHeld(deps, question, signal), freshness: kind.freshness };
  const found = await findHeld(deps, question, signal);
  return answerWith(id, found, { resource: found.resource, json: [joinObjects(found)] });
}

const identity = (list: ObjectList): ObjectList => list;

const asText = ({ resource, objects }: ObjectList): TextList => ({
  resource,
  json: [Buffer.from(JSON.stringify(objects))],
});

/** What the cluster serves; when it is away, the kinds that the store has of it. */
async function* resourcesOf(
  deps: StoreReaderDeps,
  id: ClusterId,
  signal: AbortSignal,
): AsyncGenerator<ClusterAnswer<readonly Resource[]>> {
  const lost = knownFailure(deps, id);
  if (lost !== undefined) yield knownResources(deps, failed(id, lost));
  else for await (const answer of deps.direct.resources([id], signal)) yield knownResources(deps, answer);
}

/** The answer, or, where it is a failure, the kinds that the store still has of the cluster. */
function knownResources(
  { store }: StoreReaderDeps,
  answer: ClusterAnswer<readonly Resource[]>,
): ClusterAnswer<readonly Resource[]> {
  const known = answer.ok ? [] : store.kinds(answer.cluster);
  const freshness = known.find((kind) => kind.freshness.state === "stale")?.freshness;
  const value = known.map(({ resource }) => resource);
  return freshness === undefined ? answer : { cluster: answer.cluster, ok: true, value, freshness };
}
