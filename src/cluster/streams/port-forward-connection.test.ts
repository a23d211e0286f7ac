import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { describe, it } from "node:test";
import { createManualClock, HeddleError, isHeddleError } from "../../base/index.ts";
import { carryConnection } from "./port-forward-connection.ts";
import { createScriptedSocket } from "./testing/scripted-socket.ts";

const port = 80;
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** Polls: the kernel's loopback takes its time. */
async function until(what: string, done: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!done()) {
    assert.ok(Date.now() < deadline, `waited in vain until ${what}`);
    await turn();
  }
}

/** A connection over real loopback TCP on one side, and a scripted server on the other. */
async function carried() {
  const accepting = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  accepting.listen(0, "127.0.0.1");
  await once(accepting, "listening");
  const address = accepting.address();
  assert.ok(typeof address === "object" && address !== null);
  const client = connect({ port: address.port, host: "127.0.0.1", allowHalfOpen: true });
  const [local] = (await once(accepting, "connection")) as [Socket];
  accepting.close();
  const server = createScriptedSocket("v4.channel.k8s.io");
  const clock = createManualClock();
  const abort = new AbortController();
  local.on("error", () => {});
  const outcome = carryConnection(local, server.socket, {
    port,
    clock,
    halfCloseQuietMs: 1_000,
    signal: abort.signal,
  }).then(
    () => "over" as const,
    (error: unknown) => error,
  );
  const answer: Buffer[] = [];
  let clientEnd: "ended" | "reset" | undefined;
  client.on("data", (chunk) => answer.push(Buffer.from(chunk)));
  client.on("end", () => (clientEnd = "ended"));
  client.on("error", () => (clientEnd = "reset"));
  await server.say(0, port, 0);
  await server.say(1, port, 0);
  return {
    client,
    server,
    clock,
    abort,
    outcome,
    answer: () => Buffer.concat(answer).toString(),
    clientEnd: () => clientEnd,
    sent: () => Buffer.concat(server.sent.map((message) => message.subarray(1))).toString(),
  };
}

describe("carryConnection", () => {
  it("carries bytes both ways and ends the local side behind the pod's last byte", async () => {
    const { client, server, outcome, answer, clientEnd, sent } = await carried();
    client.write("question");
    await until("the question arrived", () => sent() === "question");
    await server.sayText(0, "answer");
    server.end();
    assert.equal(await outcome, "over");
    await until("the client saw the end", () => clientEnd() !== undefined);
    assert.deepEqual([answer(), clientEnd()], ["answer", "ended"]);
    client.destroy();
  });

  it("resets the local side and says why when the pod refuses", async () => {
    const { client, server, outcome, clientEnd } = await carried();
    await server.sayText(1, "error forwarding port 80: ");
    await server.sayText(1, "connection refused");
    server.end();
    const error = await outcome;
    assert.ok(isHeddleError(error, "HEDDLE_CLUSTER_PORT_FORWARD"));
    assert.match(error.message, /^port 80 of the pod cannot be reached: connection refused/);
    await until("the client saw the reset", () => clientEnd() !== undefined);
    assert.equal(clientEnd(), "reset");
    client.destroy();
  });

  it("resets the local side when the connection to the cluster breaks: half an answer is no answer", async () => {
    const { client, server, outcome, clientEnd } = await carried();
    await server.sayText(0, "half an an");
    const broken = new HeddleError("reset", { code: "HEDDLE_CLUSTER_UNREACHABLE" });
    server.end(broken);
    assert.equal(await outcome, broken);
    await until("the client saw the reset", () => clientEnd() !== undefined);
    assert.equal(clientEnd(), "reset");
    client.destroy();
  });

  it("lets the pod answer after the local end, and closes once the pod has been silent", async () => {
    const { client, server, clock, outcome, answer, clientEnd, sent } = await carried();
    client.end("question");
    await until("the question arrived", () => sent() === "question");
    await until("the end was seen", () => clock.pending() === 1);
    for (const part of ["a", "b", "c"]) {
      clock.advance(900);
      assert.equal(server.closed(), false);
      await server.sayText(0, part);
      await until("the part arrived", () => answer().endsWith(part));
    }
    clock.advance(1_000);
    assert.equal(server.closed(), true);
    assert.equal(await outcome, "over");
    await until("the client saw the end", () => clientEnd() !== undefined);
    assert.deepEqual([answer(), clientEnd()], ["abc", "ended"]);
    assert.equal(clock.pending(), 0);
  });

  it("closes the connection to the cluster when the local client breaks off", async () => {
    const { client, server, outcome } = await carried();
    client.resetAndDestroy();
    const error = await outcome;
    assert.ok(isHeddleError(error, "HEDDLE_STREAM_INPUT"), String(error));
    assert.equal(server.closed(), true);
  });

  it("ends both sides at once with the signal", async () => {
    const { client, server, abort, outcome, clientEnd } = await carried();
    const reason = new Error("enough");
    abort.abort(reason);
    assert.equal(await outcome, reason);
    assert.equal(server.closed(), true);
    await until("the client saw the reset", () => clientEnd() !== undefined);
    client.destroy();
  });
});
