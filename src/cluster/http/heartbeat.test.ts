import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createAuthority } from "../../../test/kube/certificate.ts";
import { eventually, testClient } from "./testing/client.ts";
import { startLocalServer } from "./testing/local-server.ts";
import { acceptWebSocket, type LocalWebSocket, opcodes } from "./testing/local-web-socket.ts";

const authority = createAuthority("test");
const keys = authority.issue({ commonName: "server", hosts: ["127.0.0.1"] });

/** A socket to a server that reads, but answers no ping by itself. */
async function opened(t: { after(fn: () => Promise<void>): void }) {
  let far: LocalWebSocket | undefined;
  const server = await startLocalServer({
    keys,
    http1Only: true,
    handler: () => {},
    onUpgrade: (request, socket) => void (far = acceptWebSocket(request, socket, { answerPings: false })),
  });
  const api = testClient(server.url, { tls: { ca: authority.cert }, pingIntervalMs: 20 });
  t.after(async () => {
    await api[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });
  const socket = await api.socket({ path: "/exec", protocols: [] });
  let failure: unknown;
  void (async () => {
    for await (const _message of socket.messages);
  })().catch((error: unknown) => (failure = error));
  const pings = () => far?.frames.filter(({ opcode }) => opcode === opcodes.ping) ?? [];
  return { socket, pings, answer: (payload: Buffer) => far?.send(payload, opcodes.pong), failure: () => failure };
}

describe("the heartbeat of a WebSocket", () => {
  it("takes silence for death where the server has had no more than it always takes", async (t) => {
    const { socket, failure } = await opened(t);
    await socket.send(new Uint8Array(10_000));
    await eventually("the connection was cut", () => failure() !== undefined);
    assert.match(String(failure()), /the connection broke/);
  });

  it("waits for a server that may be too full to answer, and no longer once it has answered", async (t) => {
    const { socket, pings, answer, failure } = await opened(t);
    await socket.send(new Uint8Array(70_000));
    const before = pings().length;
    await eventually("ten intervals passed", () => pings().length >= before + 10 || failure() !== undefined);
    assert.equal(failure(), undefined);
    answer(Buffer.from("0"));
    const between = pings().length;
    await eventually("ten more", () => pings().length >= between + 10 || failure() !== undefined);
    assert.equal(failure(), undefined, "the answer to a ping from before is no proof");
    const last = pings().at(-1)?.payload ?? Buffer.alloc(0);
    assert.equal(last.toString(), "70000");
    answer(last);
    await eventually("the connection was cut", () => failure() !== undefined);
  });
});
