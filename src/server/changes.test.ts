import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { createManualClock, systemClock } from "../base/index.ts";
import { createMemoryCatalog } from "../catalog/index.ts";
import { changeEventOf, createBus, createChangeStream, syncEventOf } from "../events/index.ts";
import { type Change, type ClusterId } from "../model/index.ts";
import { until } from "../../test/kube/until.ts";
import { liveMegabytes } from "../../test/live-memory.ts";
import { takeEvents } from "./testing/event-reader.ts";
import { filledStore, nodeResource, podOf, podResource } from "./testing/filled-store.ts";
import { infoOf, openServer, quietDeps, refusalOf } from "./testing/open-server.ts";
import { heartbeatMs } from "./sse.ts";

const [east, west] = [infoOf("east").id, infoOf("west").id];

/** A server on a real bus and log, and one who tells changes. */
async function open(
  t: TestContext,
  limits = { events: 10_000, bytes: 1e9 },
  capacity = { events: 10_000, bytes: 1e9 },
) {
  const clock = systemClock;
  const catalog = createMemoryCatalog({ clock }, { limits });
  const bus = createBus({ capacity });
  const store = filledStore(east, 1);
  const fleet = { ...quietDeps().fleet, clusters: () => [infoOf("east"), infoOf("west")] };
  const opened = await openServer(t, {
    catalog,
    bus,
    store,
    fleet,
    changes: createChangeStream({ bus, log: catalog.log }),
  });
  t.after(() => bus.close());
  const tell = async (cluster: ClusterId, changes: readonly Change[], resource = podResource): Promise<void> => {
    const events = changes.map((change) => changeEventOf({ cluster, resource, change }, clock));
    bus.publish(await catalog.record({ cluster, objects: [], events }));
  };
  const created = (name: string, given = {}): Change => ({ type: "created", object: podOf(name, given) });
  const follow = async (query = "", headers: Record<string, string> = {}): Promise<Response> => {
    const answer = await opened.get(`/api/changes${query}`, { headers });
    assert.equal(answer.headers.get("content-type"), "text/event-stream");
    return answer;
  };
  return { ...opened, bus, catalog, tell, created, follow };
}

const namesOf = (events: readonly Readonly<{ data: string }>[]): readonly string[] =>
  events.map(({ data }) => (JSON.parse(data) as { subject: string }).subject.split("/").at(-1) ?? "");

describe("/api/changes", () => {
  it("tells each change as a CloudEvent, with its sequence as id", async (t) => {
    const { tell, created, follow } = await open(t);
    const answer = await follow();
    await tell(east, [created("a"), { type: "deleted", object: podOf("b"), finalState: "unknown" }]);
    const [first, second] = await takeEvents(answer, ({ length }) => length === 2);
    const event = JSON.parse(first?.data ?? "") as Record<string, unknown>;
    assert.deepEqual(
      [first?.event, event["type"], event["subject"], event["sequence"], event["cluster"]],
      ["change", "kubernetes.resource.created", "core/pods/default/a", first?.id, "east"],
    );
    assert.equal((JSON.parse(second?.data ?? "") as Record<string, unknown>)["finalstate"], "unknown");
  });

  it("goes on after Last-Event-ID, which counts more than the URL", async (t) => {
    const { tell, created, follow } = await open(t);
    await tell(
      east,
      ["a", "b", "c", "d"].map((name) => created(name)),
    );
    const [before, ...all] = await takeEvents(await follow("?after=0"), ({ length }) => length === 5);
    assert.equal(before?.event, "reset", "this log began later");
    assert.deepEqual(namesOf(all), ["a", "b", "c", "d"]);
    const second = all[1]?.id ?? "";
    const rest = await takeEvents(await follow("?after=0", { "last-event-id": second }), ({ length }) => length === 2);
    assert.deepEqual(namesOf(rest), ["c", "d"]);
  });

  it("says reset where the log no longer holds what came after, and goes on with the oldest that it has", async (t) => {
    const { tell, created, follow, catalog } = await open(t, { events: 3, bytes: 1e9 }, { events: 2, bytes: 1e9 });
    const { first } = catalog.log.bounds();
    await tell(
      east,
      Array.from({ length: 10 }, (_, index) => created(`pod-${index}`)),
    );
    const [reset, ...others] = await takeEvents(await follow(`?after=${first}`), ({ length }) => length === 4);
    const [from, to] = [first + 1, first + 6];
    assert.deepEqual([reset?.event, reset?.id, JSON.parse(reset?.data ?? "")], ["reset", String(to), { from, to }]);
    assert.deepEqual(namesOf(others), ["pod-7", "pod-8", "pod-9"]);
  });

  it("filters by cluster, kind, namespace and labels; a sync is told whatever the kind", async (t) => {
    const { tell, created, follow, bus, catalog } = await open(t);
    const node: Change = { type: "created", object: { apiVersion: "v1", kind: "Node", metadata: { name: "n" } } };
    const labels = (app: string) => ({ metadata: { namespace: "other", name: app, uid: app, labels: { app } } });
    await tell(east, [created("a"), created("x", labels("db"))]);
    await tell(east, [node], nodeResource);
    await tell(west, [created("w")]);
    const synced = syncEventOf({ cluster: east, uid: "u", summary: { kinds: 1, objects: 1 } }, systemClock);
    bus.publish(await catalog.record({ cluster: east, objects: [], events: [synced] }));
    const told = async (query: string): Promise<readonly string[]> => {
      const answer = await follow(`?after=0&follow=false&${query}`);
      return [...(await answer.text()).matchAll(/"subject":"([^"]*)"/g)].map(
        ([, subject]) => subject?.split("/").at(-1) ?? "",
      );
    };
    assert.deepEqual(await told(""), ["a", "db", "n", "w", "east"]);
    assert.deepEqual(await told("cluster=west"), ["w"]);
    assert.deepEqual(await told("kind=po&cluster=east"), ["a", "db", "east"]);
    assert.deepEqual(await told("kind=node,po"), ["a", "db", "n", "w", "east"]);
    assert.deepEqual(await told("kind=nodes"), ["n", "east"]);
    assert.deepEqual(await told("namespace=other"), ["db", "east"]);
    assert.deepEqual(await told("labelSelector=app%3Ddb&kind=pods"), ["db", "east"]);
  });

  it("ends at once with follow=false, when there is nothing", async (t) => {
    const { follow, catalog } = await open(t);
    const { last } = catalog.log.bounds();
    for (const query of ["?follow=false", `?follow=false&after=${last}`])
      assert.equal(await (await follow(query)).text(), ": heddle\n\n");
  });

  it("refuses what it does not understand", async (t) => {
    const { get } = await open(t);
    for (const [query, refusal] of [
      ["after=x", "400 HEDDLE_SERVER_QUESTION_INVALID"],
      ["since=1", "400 HEDDLE_SERVER_QUESTION_INVALID"],
      ["follow=maybe", "400 HEDDLE_SERVER_QUESTION_INVALID"],
      ["cluster=eats", "404 HEDDLE_FLEET_UNKNOWN_CLUSTER"],
      ["labelSelector=a+in", "400 HEDDLE_SELECTOR_INVALID"],
    ] as const)
      assert.equal(await refusalOf(await get(`/api/changes?${query}`)), refusal, query);
  });

  it("keeps a quiet connection alive, and says goodbye when the server stops", async (t) => {
    const clock = createManualClock();
    const bus = createBus();
    const { log } = createMemoryCatalog({ clock });
    const opened = await openServer(t, {
      clock: {
        ...systemClock,
        after: (ms, act) => (ms === heartbeatMs ? clock.after(ms, act) : systemClock.after(ms, act)),
      },
      bus,
      changes: createChangeStream({ bus, log }),
    });
    const answer = await opened.get("/api/changes");
    let text = "";
    const read = (async () => {
      for await (const piece of answer.body ?? []) text += Buffer.from(piece).toString();
    })();
    await until("the beginning", () => text === ": heddle\n\n");
    clock.advance(2 * heartbeatMs);
    await until("two heartbeats", () => text === ": heddle\n\n:\n\n:\n\n");
    await opened[Symbol.asyncDispose]();
    await read;
    assert.match(text, /: goodbye\n\n$/);
  });

  it("holds nothing for a subscriber that stops reading, and tells it what it missed", async (t) => {
    const capacity = { events: 1_000, bytes: 1_000_000 };
    const { tell, created, address, token, bus } = await open(t, capacity, capacity);
    const socket = stalled(address, token);
    t.after(() => socket.destroy());
    await until("the subscription", () => bus.stats().subscribers === 1);
    const filler = { metadata: { namespace: "a", name: "x", uid: "x", annotations: { filler: "x".repeat(10_000) } } };
    const beforeMegabytes = liveMegabytes();
    for (let batch = 0; batch < 60; batch++)
      await tell(
        east,
        Array.from({ length: 100 }, () => created("x", filler)),
      );
    const grownMegabytes = liveMegabytes() - beforeMegabytes;
    assert.ok(grownMegabytes < 10, `60 MB of changes left ${Math.round(grownMegabytes)} MB behind`);
    let text = "";
    let reset: string | undefined;
    socket.on("data", (piece) => {
      text += piece.toString();
      reset ??= /event: reset\ndata: \{"from":\d+,"to":\d+\}/.exec(text)?.[0];
      // The end is enough: an event may be told in two pieces.
      text = text.slice(-20_000);
    });
    socket.resume();
    await until(
      "word of what was missed, and the newest change",
      () => reset && text.includes(`id: ${bus.stats().last}\n`),
    );
  });
});

/** A client that asks for changes and reads nothing of the answer. */
function stalled(address: string, token: string): Socket {
  const { hostname, port } = new URL(address);
  const socket = connect(Number(port), hostname).pause();
  socket.write(`GET /api/changes HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: Bearer ${token}\r\n\r\n`);
  return socket;
}
