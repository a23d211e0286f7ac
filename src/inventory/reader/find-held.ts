import { createBreather, type HeddleError } from "../../base/index.ts";
import { failed, nameNotFound } from "../../fleet/index.ts";
import {
  type ClusterAnswer,
  type ClusterId,
  type Freshness,
  type KubeObject,
  type ObjectList,
  type Resource,
} from "../../model/index.ts";
import { type KindState, type StoredObject, type StoreQuery } from "../model.ts";
import { asBadRequest } from "./held-kind.ts";
import { type Asked, type StoreReaderDeps, type TextList } from "./model.ts";

/** What the store has of a question; `problem` where names were asked for that it does not have. */
export type Found = Readonly<{
  resource: Resource;
  objects: readonly StoredObject[];
  freshness: Freshness;
  problem?: HeddleError;
}>;

/** The objects that a query asks for, in order of namespace and name, or of the names. Bad selectors fail as in the API. */
export async function findHeld(
  { store }: Pick<StoreReaderDeps, "store">,
  { id, query, kind }: HeldQuestion,
  signal: AbortSignal,
): Promise<Found> {
  const { resource } = kind;
  const { names } = query;
  const page = await store.query(storeQueryOf({ id, query, kind }), signal).catch((error: unknown) => {
    throw asBadRequest(error);
  });
  const freshness = page.freshness[0]?.freshness ?? kind.freshness;
  if (names === undefined) return { resource, objects: page.objects, freshness };
  const byName = Map.groupBy(page.objects, ({ ref }) => ref.name);
  const missing = names.find((name) => !byName.has(name));
  const objects = names.flatMap((name) => byName.get(name) ?? []);
  return {
    resource,
    objects,
    freshness,
    ...(missing === undefined ? {} : { problem: nameNotFound(resource, missing) }),
  };
}

/** A question, and the kind that it means as the store holds it. */
export type HeldQuestion = Asked & Readonly<{ kind: KindState }>;

function storeQueryOf({ id, query, kind: { resource } }: HeldQuestion): StoreQuery {
  const { namespace, names, labelSelector, fieldSelector } = query;
  const namespaces = namespace === undefined || !resource.namespaced ? undefined : [namespace];
  return { clusters: [id], kinds: [resource], namespaces, names, labelSelector, fieldSelector };
}

/** What a question in which nothing is named finds, as one JSON list in pieces, each made when it is asked for. */
export async function listHeld(
  { store }: Pick<StoreReaderDeps, "store">,
  question: HeldQuestion,
  signal: AbortSignal,
): Promise<TextList> {
  const pieces = store.texts(storeQueryOf(question), signal);
  const first = await pieces.next().catch((error: unknown) => {
    throw asBadRequest(error);
  });
  async function* json(): AsyncGenerator<Buffer, void, undefined> {
    if (first.done !== true) yield first.value;
    yield* pieces;
  }
  return { resource: question.kind.resource, json: json() };
}

const [listOpens, listCloses, comma] = [Buffer.from("["), Buffer.from("]"), Buffer.from(",")] as const;

/** The objects as one JSON list. */
export const joinObjects = ({ objects }: Pick<Found, "objects">): Buffer =>
  Buffer.concat([
    listOpens,
    ...objects.flatMap(({ text }, index) => (index === 0 ? [text] : [comma, text])),
    listCloses,
  ]);

/** What was found as objects; the event loop turns meanwhile. */
export async function parseFound(
  { clock }: Pick<StoreReaderDeps, "clock">,
  { resource, objects }: Pick<Found, "resource" | "objects">,
  signal: AbortSignal,
): Promise<ObjectList> {
  const breather = createBreather(clock, signal);
  const parsed: KubeObject[] = [];
  for (const stored of objects) {
    parsed.push(stored.object());
    const pause = breather.pause();
    if (pause !== undefined) await pause;
  }
  return { resource, objects: parsed };
}

/** The answer that gives `value` for what was found. */
export const answerWith = <T>(cluster: ClusterId, { freshness, problem }: Found, value: T): ClusterAnswer<T> =>
  problem === undefined ? { cluster, ok: true, value, freshness } : { ...failed(cluster, problem), value };
