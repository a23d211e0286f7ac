import assert from "node:assert/strict";
import { once } from "node:events";
import { link, lstat, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createConnection, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { createManualClock, isHeddleError, silentLogger, systemClock } from "../../base/index.ts";
import { type CniCall } from "../cni/request.ts";
import { bodyLimitBytes, writeAnswer, writeOtherVersion, writeRequest } from "./frame.ts";
import { createSocketServer, type SocketServerOptions } from "./server.ts";

const request = writeRequest({ command: "ADD", input: "{}" });

describe("the agent's socket", () => {
  let folder = "";
  let count = 0;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "heddle-socket-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** A server of its own that answers what it was asked, or what the test says. */
  const setUp = async (
    answer: (call: CniCall, signal: AbortSignal) => Promise<string> = async (call) => JSON.stringify(call),
    options: Partial<SocketServerOptions> = {},
  ) => {
    const clock = createManualClock();
    const lost: string[] = [];
    const server = await createSocketServer(
      {
        clock,
        logger: { ...silentLogger, warn: (fields) => void lost.push((fields as { reason: string }).reason) },
        answer: async (call, signal) => ({ status: 0, output: await answer(call, signal) }),
      },
      { path: join(folder, `${count++}.sock`), ...options },
    );
    return { server, clock, lost, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
  };

  const connect = async (path: string): Promise<Socket> => {
    const socket = createConnection({ path });
    socket.on("error", () => {});
    await once(socket, "connect");
    return socket;
  };
  const send = async (path: string, bytes: Buffer): Promise<Socket> => {
    const socket = await connect(path);
    socket.write(bytes);
    return socket;
  };
  /** All that comes until the other side ends. */
  const rest = async (socket: Socket): Promise<Buffer> => {
    const chunks: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    if (!socket.closed) await new Promise((resolve) => socket.once("close", resolve));
    return Buffer.concat(chunks);
  };
  const until = async (isSo: () => boolean): Promise<void> => {
    for (let left = 60_000; !isSo() && left > 0; left--) await systemClock.sleep(1);
    assert.ok(isSo());
  };

  it("answers one request a connection, in whatever pieces it comes", async () => {
    await using agent = await setUp();
    for (const pieceBytes of [1, 5, 12, 13, request.length]) {
      const socket = await connect(agent.server.path);
      for (let at = 0; at < request.length; at += pieceBytes) {
        socket.write(request.subarray(at, at + pieceBytes));
        await new Promise(setImmediate);
      }
      const expected = writeAnswer({ status: 0, output: '{"command":"ADD","input":"{}"}' });
      assert.deepEqual(await rest(socket), expected);
    }
  });

  it("is the owner's alone from the moment it is there", async () => {
    await using agent = await setUp();
    const { mode } = await lstat(agent.server.path);
    assert.equal(mode & 0o777, 0o600);
  });

  it("serves others while one request takes its time", async () => {
    const gate = Promise.withResolvers<string>();
    await using agent = await setUp((call) => (call.command === "DEL" ? gate.promise : Promise.resolve("quick")));
    const slow = await send(agent.server.path, writeRequest({ command: "DEL" }));
    const quick = await Promise.all(
      Array.from({ length: 50 }, async () => rest(await send(agent.server.path, request))),
    );
    for (const bytes of quick) assert.deepEqual(bytes, writeAnswer({ status: 0, output: "quick" }));
    gate.resolve("slow");
    assert.deepEqual(await rest(slow), writeAnswer({ status: 0, output: "slow" }));
  });

  it("tells a client of another protocol version which there are", async () => {
    await using agent = await setUp();
    const other = Buffer.from(request);
    other.writeUInt8(9, 4);
    assert.deepEqual(await rest(await send(agent.server.path, other)), writeOtherVersion());
  });

  it("closes on what is no request, and goes on", async () => {
    await using agent = await setUp();
    const long = Buffer.from(request);
    long.writeUInt32LE(bodyLimitBytes + 1, 8);
    for (const bytes of [Buffer.from("GET / HTTP/1.1\r\n\r\n"), long])
      assert.equal((await rest(await send(agent.server.path, bytes))).length, 0);
    assert.ok((await rest(await send(agent.server.path, request))).length > 0);
    assert.equal(agent.lost.length, 2);
  });

  it("does not wait for a client that does not go on", async () => {
    await using agent = await setUp();
    const slow = await send(agent.server.path, request.subarray(0, 20));
    await until(() => agent.server.connections() === 1);
    agent.clock.advance(5_000);
    assert.equal((await rest(slow)).length, 0);
    await until(() => agent.server.connections() === 0);
    assert.deepEqual(agent.lost, ["its request did not come in time"]);
    assert.equal(agent.clock.pending(), 0);
  });

  it("does not wait for a client that does not take its answer", async () => {
    const begun = Promise.withResolvers<void>();
    await using agent = await setUp(async () => {
      begun.resolve();
      return "x".repeat(1_000_000);
    });
    const deaf = await send(agent.server.path, request);
    deaf.pause();
    await begun.promise;
    await until(() => agent.clock.pending() === 1);
    agent.clock.advance(5_000);
    await until(() => agent.server.connections() === 0);
    assert.ok(agent.lost.includes("it did not take its answer in time"));
    deaf.destroy();
  });

  it("tells the work that its client went away", async () => {
    const begun = Promise.withResolvers<AbortSignal>();
    await using agent = await setUp(async (_call, signal) => {
      begun.resolve(signal);
      await once(signal, "abort");
      return "too late";
    });
    const socket = await send(agent.server.path, request);
    const signal = await begun.promise;
    assert.equal(signal.aborted, false);
    socket.destroy();
    await until(() => agent.server.connections() === 0);
    assert.equal(signal.aborted, true);
  });

  it("holds no more clients and no more bytes than it says", async () => {
    await using few = await setUp(undefined, { connectionsLimit: 2 });
    const idle = await Promise.all([connect(few.server.path), connect(few.server.path)]);
    await until(() => few.server.connections() === 2);
    assert.equal((await rest(await send(few.server.path, request))).length, 0);
    for (const socket of idle) socket.destroy();
    await until(() => few.server.connections() === 0);
    assert.ok((await rest(await send(few.server.path, request))).length > 0);

    await using small = await setUp(undefined, { unfinishedBytesLimit: request.length + 10 });
    const half = await send(small.server.path, request.subarray(0, 20));
    await until(() => small.server.connections() === 1);
    assert.equal((await rest(await send(small.server.path, request))).length, 0);
    half.destroy();
    await until(() => small.server.connections() === 0);
    assert.ok((await rest(await send(small.server.path, request))).length > 0);
  });

  it("ends after what it answers, and takes its file away first", async () => {
    const gate = Promise.withResolvers<string>();
    const agent = await setUp(() => gate.promise);
    const asked = await send(agent.server.path, request);
    const idle = await connect(agent.server.path);
    await until(() => agent.server.connections() === 2);
    await until(() => agent.clock.pending() === 1);
    const end = agent.server[Symbol.asyncDispose]();
    assert.equal((await rest(idle)).length, 0);
    await assert.rejects(lstat(agent.server.path));
    gate.resolve("done");
    assert.deepEqual(await rest(asked), writeAnswer({ status: 0, output: "done" }));
    await end;
    assert.equal(agent.clock.pending(), 0);
  });

  it("ends in time even when its work does not", async () => {
    const agent = await setUp(async (_call, signal) => {
      await once(signal, "abort");
      throw signal.reason;
    });
    const asked = await send(agent.server.path, request);
    await until(() => agent.server.connections() === 1 && agent.clock.pending() === 0);
    const end = agent.server[Symbol.asyncDispose]();
    await until(() => agent.clock.pending() === 1);
    agent.clock.advance(10_000);
    await end;
    assert.equal((await rest(asked)).length, 0);
  });

  it("takes the place of one that was left behind, not of one that lives", async () => {
    const path = join(folder, "left.sock");
    const dead = createServer().listen(path);
    await once(dead, "listening");
    await assert.rejects(setUp(undefined, { path }), (error) => isHeddleError(error, "HEDDLE_AGENT_RUNNING"));
    // What a killed agent leaves: a socket's file with nobody behind it.
    await using first = await setUp(undefined, { path: `${path}.first` });
    await using _link = { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
    dead.close();
    await once(dead, "close");
    await link(first.server.path, path);
    await first.server[Symbol.asyncDispose]();
    assert.ok((await lstat(path)).isSocket());
    await using second = await setUp(undefined, { path });
    assert.ok((await rest(await send(second.server.path, request))).length > 0);
  });

  it("is not put over something else, and not where no path can be", async () => {
    const path = join(folder, "file");
    await writeFile(path, "");
    const isFailed = (error: unknown): boolean => isHeddleError(error, "HEDDLE_AGENT_SOCKET_FAILED");
    await assert.rejects(setUp(undefined, { path }), isFailed);
    await assert.rejects(setUp(undefined, { path: join(path, "below.sock") }), isFailed);
    await assert.rejects(setUp(undefined, { path: join(folder, "x".repeat(108)) }), isFailed);
  });
});
