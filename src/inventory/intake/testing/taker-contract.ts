import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import { createManualClock } from "../../../base/index.ts";
import { type KubeObject, parseClusterId, type Resource } from "../../../model/index.ts";
import { createStore } from "../../store.ts";
import { type ObjectName, type Store } from "../../model.ts";
import { randomPod } from "../../testing/random-objects.ts";
import { resourceOf } from "../../testing/resources.ts";
import { type ListTaker, takenBatch } from "../model.ts";
import { type PackedObjects } from "../packed.ts";

const cluster = parseClusterId("prod");
const pods = resourceOf("v1", "Pod");
const secrets = resourceOf("v1", "Secret");
const services = resourceOf("v1", "Service");

/** Lines as a watch has them, alone in their buffer. */
export const linesOf = (objects: readonly object[], type = "ADDED"): Buffer<ArrayBuffer> =>
  bytesOf(objects.map((object) => `${JSON.stringify({ type, object })}\n`).join(""));

const bytesOf = (text: string): Buffer<ArrayBuffer> => {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
  bytes.write(text);
  return bytes;
};

const podOf = (number: number, rest: object = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name: `web-${number}`,
    namespace: "shop",
    uid: `uid-${number}`,
    resourceVersion: `${100 + number}`,
    creationTimestamp: "2026-03-01T12:00:00Z",
    labels: { app: "web" },
    ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "web", uid: "rs", controller: true }],
  },
  spec: { nodeName: `node-${number % 3}`, containers: [{ name: "web", image: "example.test/web:1" }] },
  status: { phase: "Running", podIP: `10.0.0.${number}` },
  ...rest,
});

/** A store that was given the same objects one by one. */
function applied(resource: Resource, objects: readonly KubeObject[]): Store {
  const store = createStore({ clock: createManualClock() });
  store.apply(
    cluster,
    resource,
    objects.map((object) => ({ type: "created", object })),
  );
  return store;
}

type Taken = Readonly<{ store: Store; bytes: number }>;

async function taken(taker: ListTaker, resource: Resource, pieces: readonly Buffer<ArrayBuffer>[]): Promise<Taken> {
  const store = createStore({ clock: createManualClock() });
  using taking = taker.begin(resource);
  let bytes = 0;
  for (const answer of pieces.map((piece) => taking.take(piece))) {
    const { batch, bytes: own } = await answer;
    store.take(cluster, resource, takenBatch(batch));
    bytes += own;
  }
  return { store, bytes };
}

/** What its indexes know of an object, its text, and who set its fields. */
function knownOf(store: Store, name: ObjectName): unknown {
  const writer = store.keeping(name.cluster, name);
  writer.add({ namespace: "", ...name });
  const { bytes } = writer.block();
  const head = JSON.parse(bytes.toString("utf8", 4, 4 + bytes.readUInt32LE())) as PackedObjects;
  // Beginning with its name, and ending with how its bytes are told, which may differ.
  const own = head.objects.map((object) => object.slice(0, 8));
  return { own, common: head.common, text: store.get(name)?.text.toString(), digest: store.fieldDigest(name) };
}

async function assertSame(store: Store, expected: Store, resource: Resource): Promise<void> {
  const page = async (of: Store) => JSON.parse((await of.query({ limit: 1_000 })).json.toString()) as readonly object[];
  assert.deepEqual(await page(store), await page(expected));
  const { objects } = await expected.query({ limit: 1_000 });
  for (const { ref } of objects) {
    const name = { ...ref, kind: resource.kind };
    assert.deepEqual(knownOf(store, name), knownOf(expected, name), `what is known of ${ref.name}`);
    const relations = (of: Store): unknown => of.relations(name, { depth: 2 });
    assert.deepEqual(relations(store), relations(expected));
  }
}

/** What each taker promises. `make` is called once; the taker is disposed. */
export function describeTaker(name: string, make: () => Promise<ListTaker>): void {
  describe(`a list taker ${name}`, () => {
    let taker: ListTaker;
    before(async () => void (taker = await make()));
    after(() => taker[Symbol.asyncDispose]());

    it("fills a store as if each object had been applied, in any pieces", async () => {
      const scenario = fc.array(fc.array(randomPod, { maxLength: 12 }), { maxLength: 6 });
      await fc.assert(
        fc.asyncProperty(scenario, async (pieces) => {
          const { store, bytes } = await taken(
            taker,
            pods,
            pieces.map((objects) => linesOf(objects)),
          );
          await assertSame(store, applied(pods, pieces.flat()), pods);
          assert.equal(
            bytes,
            pieces.reduce((sum, objects) => sum + linesOf(objects).length, 0),
          );
        }),
        { numRuns: 30 },
      );
    });

    it("knows texts beyond ASCII, many that resemble each other, and one that is like no other", async () => {
      const objects = [
        ...Array.from({ length: 300 }, (_, number) => podOf(number)),
        podOf(300, { spec: { note: "grüße 🙂".repeat(5_000) } }),
        podOf(301, { spec: {}, status: {} }),
      ];
      const pieces = [objects.slice(0, 100), objects.slice(100, 299), objects.slice(299)];
      const { store } = await taken(
        taker,
        pods,
        pieces.map((piece) => linesOf(piece)),
      );
      await assertSame(store, applied(pods, objects), pods);
      const expected = applied(pods, objects).stats()[0]?.heldBytes;
      assert.equal(store.stats()[0]?.heldBytes, expected, "texts that resemble each other are told by each other");
    });

    it("keeps selectors, and who set an object's fields", async () => {
      const managedFields = [{ manager: "kubectl", operation: "Apply", fieldsV1: { "f:spec": { "f:selector": {} } } }];
      const service: KubeObject = {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "web", namespace: "shop", uid: "s", resourceVersion: "7", managedFields },
        spec: { selector: { app: "web" } },
      } as unknown as KubeObject;
      const { store } = await taken(taker, services, [linesOf([service])]);
      await assertSame(store, applied(services, [service]), services);
      assert.match(
        store.fieldDigest({ cluster, group: "", kind: "Service", namespace: "shop", name: "web" }),
        /kubectl/,
      );
    });

    it("keeps nothing of a Secret's values", async () => {
      const value = Buffer.from("correct horse battery staple").toString("base64");
      const metadata = { name: "key", namespace: "shop", uid: "k" };
      const secret: KubeObject = { apiVersion: "v1", kind: "Secret", metadata, data: { password: value } };
      const { store } = await taken(taker, secrets, [linesOf([secret])]);
      assert.ok(!(await store.query({ limit: 10 })).json.includes(value));
      await assertSame(store, applied(secrets, [secret]), secrets);
    });

    for (const [what, line] of Object.entries({
      "a bookmark": '{"type":"BOOKMARK","object":{"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"9"}}}',
      "a change": JSON.stringify({ type: "MODIFIED", object: podOf(3) }),
      "an error": '{"type":"ERROR","object":{"kind":"Status","code":500}}',
      "a line that is not JSON": '{"type":"ADDED","object":{',
      "an object without a name": '{"type":"ADDED","object":{"apiVersion":"v1","kind":"Pod","metadata":{}}}',
      "no object at all": '{"type":"ADDED","object":[]}',
    })) {
      it(`leaves ${what}, and what comes behind it in the same piece`, async () => {
        const before = linesOf([podOf(1), podOf(2)]);
        const piece = bytesOf(`${before.toString()}${line}\n${linesOf([podOf(4)]).toString()}`);
        const { store, bytes } = await taken(taker, pods, [piece, linesOf([podOf(5)])]);
        assert.equal(bytes, before.length + linesOf([podOf(5)]).length);
        await assertSame(store, applied(pods, [podOf(1), podOf(2), podOf(5)]), pods);
      });
    }

    it("takes many lists at once, each in its order", async () => {
      const lists = Array.from({ length: 8 }, (_, list) =>
        Array.from({ length: 5 }, (_, piece) => [0, 1, 2].map((number) => podOf(list * 100 + piece * 3 + number))),
      );
      const stores = await Promise.all(
        lists.map((pieces) =>
          taken(
            taker,
            pods,
            pieces.map((objects) => linesOf(objects)),
          ),
        ),
      );
      for (const [at, { store }] of stores.entries())
        await assertSame(store, applied(pods, lists[at]?.flat() ?? []), pods);
    });
  });
}
