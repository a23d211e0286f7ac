import assert from "node:assert/strict";
import { until } from "../../../../test/kube/index.ts";
import { type Cluster } from "../../../cluster/index.ts";
import { type ClusterId, type KubeObject, parseClusterId, type Resource, resourceName } from "../../../model/index.ts";
import { chooseKinds } from "../choose-kinds.ts";
import { type Session } from "./real-live.ts";

export type Expected = Readonly<{
  /** The cluster's id in the fleet. */
  id?: string;
  /** A way to the cluster that nothing is wrong with. */
  direct: Cluster;
  timeoutMs?: number;
}>;

/** Fresh lists of everything that is followed: uid → JSON, as kubectl would show it, without managedFields. */
export async function listEverything({ fleet }: Session, id: ClusterId, direct: Cluster): Promise<Map<string, string>> {
  direct.discovery.refresh();
  const kinds = chooseKinds(await direct.discovery.resources(), fleet.planned(id).resources);
  const lists = await Promise.all(
    kinds.map(async (resource) => ({ resource, ...(await direct.objects.list(resource)) })),
  );
  return new Map(
    lists.flatMap(({ resource, objects }) => objects.map((object) => [keyOf(resource, object), asShown(object)])),
  );
}

const keyOf = (resource: Pick<Resource, "group" | "plural">, { metadata }: KubeObject): string =>
  `${resourceName(resource)} ${metadata.namespace ?? ""}/${metadata.name} ${metadata.uid ?? ""}`;

/** Written anew, and not by what is being tested. */
function asShown(object: KubeObject): string {
  const copy = structuredClone(object) as Record<string, unknown> & { metadata: Record<string, unknown> };
  delete copy.metadata["managedFields"];
  if (object.kind === "Secret") {
    delete copy["data"];
    delete copy["stringData"];
  }
  return normalised(copy);
}

/** A watch tells the kind first, a list tells neither and both are filled in: their order means nothing. */
const normalised = ({ apiVersion, kind, ...rest }: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({ apiVersion, kind, ...rest });

/** Everything that the store holds of the cluster, and its state of mind. */
export async function storedTexts({ store }: Session, id: ClusterId): Promise<Map<string, string>> {
  const plurals = new Map(store.kinds(id).map(({ resource }) => [`${resource.group}/${resource.kind}`, resource]));
  const { objects } = await store.query({ clusters: [id] });
  return new Map(
    objects.map((stored) => {
      const resource = plurals.get(`${stored.ref.group}/${stored.ref.kind}`);
      assert.ok(resource, `the store knows the kind ${stored.ref.kind}`);
      return [keyOf(resource, stored.object()), normalised(stored.object())];
    }),
  );
}

/** Everything was recorded and published, and the witness has heard all of it. */
export const isQuiet = ({ live, bus, witness }: Session): boolean =>
  live.recording().waiting === 0 && (bus.stats().held === 0 || witness.last() === bus.stats().last);

/** Waits for the first sync, and lets the witness read what it found. */
export async function seedWitness(session: Session, id = "real"): Promise<void> {
  const { live, store, witness } = session;
  await until("the first sync to be told", () => witness.words().includes("synced"));
  await until("a quiet moment", async () => {
    const revision = store.revision();
    const { objects } = await store.query({ clusters: [parseClusterId(id)] });
    if (store.revision() !== revision || !isQuiet(session)) return false;
    witness.seed(objects.map((stored) => stored.object()));
    return live.progress().every(({ synced }) => synced);
  });
}

/**
 * The store has exactly what fresh lists of everything have, and whoever heard the events knows exactly the same. The
 * feed may be a moment behind: it is given time, and new lists each time.
 */
export async function assertEqualsFreshLists(
  session: Session,
  { id = "real", direct, timeoutMs = 60_000 }: Expected,
): Promise<void> {
  const cluster = parseClusterId(id);
  await until(
    "the store and its witness to equal fresh lists of everything",
    async () => {
      // Sixty lists are dear: none as long as it is known that they would differ.
      assertSettled(session, cluster);
      const fresh = await listEverything(session, cluster, direct);
      assertSettled(session, cluster);
      assertSame(await storedTexts(session, cluster), fresh, "the store");
      assert.ok(isQuiet(session), "something is still to be told");
      const heard = [...session.witness.objects().entries()].map(([uid, object]) => [uid, normalised(object)] as const);
      const byUid = [...fresh].map(([key, text]) => [key.split(" ").at(-1) ?? "", text] as const);
      assertSame(new Map(heard), new Map(byUid), "the witness");
      return true;
    },
    { timeoutMs, everyMs: 200 },
  );
  assert.equal(session.witness.missed(), 0);
}

/** Every kind is live, and all of it was told. */
function assertSettled(session: Session, cluster: ClusterId): void {
  for (const { kinds } of session.live.progress().filter((one) => one.cluster === cluster))
    for (const { resource, status, reason } of kinds) assert.equal(status, "live", `${resource.plural}: ${reason}`);
  assert.ok(isQuiet(session), "something is still to be told");
}

/** Names first: the difference of two maps of thousands of texts says nothing to a reader. */
function assertSame(actual: ReadonlyMap<string, string>, expected: ReadonlyMap<string, string>, who: string): void {
  const missing = [...expected.keys()].filter((key) => !actual.has(key));
  const superfluous = [...actual.keys()].filter((key) => !expected.has(key));
  assert.deepEqual([missing.slice(0, 5), superfluous.slice(0, 5)], [[], []], `${who} lacks, and has too much`);
  for (const [key, text] of expected)
    assert.ok(
      actual.get(key) === text,
      `${who}, ${key}: ${actual.get(key)?.slice(0, 500)} is not ${text.slice(0, 500)}`,
    );
}
