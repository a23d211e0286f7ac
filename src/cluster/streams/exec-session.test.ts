import assert from "node:assert/strict";
import { PassThrough, Readable, Writable } from "node:stream";
import { describe, it } from "node:test";
import { createLogger, HeddleError, isHeddleError, silentLogger } from "../../base/index.ts";
import { type TerminalSize } from "../../model/index.ts";
import { runSession, type SessionStreams } from "./exec-session.ts";
import { createScriptedSocket } from "./testing/scripted-socket.ts";

const success = '{"status":"Success"}';
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

function session(streams: SessionStreams = {}, protocol = "v5.channel.k8s.io", log = silentLogger) {
  const server = createScriptedSocket(protocol);
  return { server, result: runSession(server.socket, streams, log) };
}

function collector(): Readonly<{ target: Writable; text(): string }> {
  let text = "";
  const target = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  return { target, text: () => text };
}

describe("runSession", () => {
  it("hands each output to its stream and ends with the exit code", async () => {
    const [stdout, stderr] = [collector(), collector()];
    const { server, result } = session({ stdout: stdout.target, stderr: stderr.target });
    await server.sayText(1, "");
    await server.sayText(1, "out");
    await server.sayText(2, "err");
    await server.sayText(3, success);
    assert.deepEqual(await result, { exitCode: 0 });
    assert.deepEqual([stdout.text(), stderr.text()], ["out", "err"]);
    assert.equal(server.closed(), true);
    assert.equal(stdout.target.writableEnded, false);
  });

  it("does not take the greeting on the status channel for the status", async () => {
    const { server, result } = session();
    await server.say(3);
    await server.sayText(3, success);
    assert.deepEqual(await result, { exitCode: 0 });
  });

  it("ignores channels and messages that it does not know", async () => {
    const { server, result } = session();
    await server.say();
    await server.say(9, 1, 2, 3);
    await server.say(255, 1);
    await server.sayText(3, success);
    assert.deepEqual(await result, { exitCode: 0 });
  });

  it("sends stdin and then its end", async () => {
    const { server, result } = session({ stdin: Readable.from([Buffer.from("ab"), Buffer.from("c")]) });
    while (server.sent.length < 3) await turn();
    await server.sayText(3, success);
    await result;
    assert.deepEqual(
      server.sent.map((message) => [...message]),
      [
        [0, 97, 98],
        [0, 99],
        [255, 0],
      ],
    );
  });

  it("with v4 sends no end of stdin, and says so once", async () => {
    const lines: string[] = [];
    const log = await createLogger({
      level: "warn",
      destination: new Writable({
        write(chunk, _encoding, done) {
          lines.push(String(chunk));
          done();
        },
      }),
    });
    const { server, result } = session({ stdin: Readable.from([Buffer.from("a")]) }, "v4.channel.k8s.io", log);
    while (lines.length === 0) await turn();
    await server.sayText(3, success);
    await result;
    assert.deepEqual(
      server.sent.map((message) => [...message]),
      [[0, 97]],
    );
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? "", /the end of the input cannot be told/);
  });

  it("sends the terminal's sizes as they come and lets go of their source at the end", async () => {
    const given: TerminalSize[] = [
      { columns: 80, rows: 24 },
      { columns: 100, rows: 30 },
    ];
    const released: boolean[] = [];
    const sizes: AsyncIterable<TerminalSize> = {
      [Symbol.asyncIterator]: () => ({
        next() {
          const value = given.shift();
          return value === undefined ? new Promise(() => {}) : Promise.resolve({ done: false, value });
        },
        async return() {
          released.push(true);
          return { done: true, value: undefined };
        },
      }),
    };
    const { server, result } = session({ sizes, tty: true });
    while (server.sent.length < 2) await turn();
    await server.sayText(3, success);
    await result;
    await turn();
    assert.deepEqual(released, [true]);
    assert.deepEqual(
      server.sent.map((message) => Buffer.from(message.subarray(1)).toString()),
      ['{"Width":80,"Height":24}', '{"Width":100,"Height":30}'],
    );
  });

  it("sends no sizes where there is no terminal", async () => {
    const sizes = (async function* (): AsyncGenerator<TerminalSize> {
      yield { columns: 80, rows: 24 };
    })();
    const { server, result } = session({ sizes });
    await turn();
    await server.sayText(3, success);
    await result;
    assert.deepEqual(server.sent, []);
  });

  it("goes on when the source of sizes fails", async () => {
    // eslint-disable-next-line require-yield
    const sizes = (async function* (): AsyncGenerator<TerminalSize> {
      throw new Error("no terminal");
    })();
    const { server, result } = session({ sizes, tty: true });
    await turn();
    await server.sayText(3, success);
    assert.deepEqual(await result, { exitCode: 0 });
  });

  it("makes the server wait for a slow output, and tells the exit code after the last byte was taken", async () => {
    const taken: string[] = [];
    let release: (() => void) | undefined;
    const stdout = new Writable({
      highWaterMark: 1,
      write(chunk, _encoding, done) {
        release = () => {
          taken.push(String(chunk));
          done();
        };
      },
    });
    const { server, result } = session({ stdout });
    let said = 0;
    const saying = (async () => {
      for (const text of ["a", "b", "c", "d"]) {
        await server.sayText(1, text);
        said += 1;
      }
      await server.sayText(3, success);
    })();
    for (let i = 0; i < 10; i++) await turn();
    assert.ok(said <= 2, `the server got ${said} messages off although none was taken`);
    let over = false;
    const ended = result.then(() => (over = true));
    while (taken.length < 4) {
      assert.equal(over, false);
      release?.();
      await turn();
    }
    await Promise.all([saying, ended]);
    assert.deepEqual(taken, ["a", "b", "c", "d"]);
  });

  it("tells the exit code after an output with room to spare has taken everything, too", async () => {
    let taken = 0;
    const stdout = new Writable({
      write: (_chunk, _encoding, done) =>
        void setImmediate(() => {
          taken += 1;
          done();
        }),
    });
    const { server, result } = session({ stdout });
    for (const text of ["a", "b", "c"]) await server.sayText(1, text);
    await server.sayText(3, success);
    await result;
    assert.equal(taken, 3);
  });

  it("does not read stdin ahead of what the server takes", async () => {
    let made = 0;
    const stdin = new Readable({
      highWaterMark: 1,
      read() {
        made += 1;
        this.push(Buffer.alloc(1_024));
      },
    });
    const { server, result } = session({ stdin });
    server.takeWhen(() => new Promise(() => {}));
    for (let i = 0; i < 20; i++) await turn();
    assert.ok(made <= 4, `${made} chunks were read, none was taken`);
    await server.sayText(3, success);
    assert.deepEqual(await result, { exitCode: 0 });
  });

  it("fails when the connection ends before the status", async () => {
    const { server, result } = session();
    await server.sayText(1, "half");
    server.end();
    await assert.rejects(
      result,
      (error) => isHeddleError(error, "HEDDLE_CLUSTER_UNREACHABLE") && /before the server told/.test(error.message),
    );
  });

  it("fails as the connection does when it breaks", async () => {
    const { server, result } = session();
    const broken = new HeddleError("reset", { code: "HEDDLE_CLUSTER_UNREACHABLE" });
    server.end(broken);
    await assert.rejects(result, (error) => error === broken);
  });

  it("fails when stdin does, and closes the connection without an end of stdin", async () => {
    const stdin = new PassThrough();
    const { server, result } = session({ stdin });
    stdin.write("part");
    await turn();
    stdin.destroy(new Error("EIO"));
    await assert.rejects(result, (error) => isHeddleError(error, "HEDDLE_STREAM_INPUT"));
    assert.equal(server.closed(), true);
    assert.equal(
      server.sent.some((message) => message[0] === 255),
      false,
    );
  });

  it("fails when stdout does, and closes the connection", async () => {
    const stdout = new Writable({ write: (_chunk, _encoding, done) => done(new Error("EPIPE")) });
    const { server, result } = session({ stdout });
    const failed = assert.rejects(result, (error) => isHeddleError(error, "HEDDLE_STREAM_OUTPUT"));
    await server.sayText(1, "a");
    await failed;
    assert.equal(server.closed(), true);
  });

  it("ends with the signal's reason in the middle, with stdin waiting and stdout full", async () => {
    const controller = new AbortController();
    const stdin = new PassThrough();
    const stdout = new Writable({ highWaterMark: 1, write: () => {} });
    const { server, result } = session({ stdin, stdout, signal: controller.signal });
    await server.sayText(1, "stuck");
    await turn();
    const reason = new Error("enough");
    controller.abort(reason);
    await assert.rejects(result, (error) => error === reason);
    assert.equal(server.closed(), true);
    assert.equal(stdin.destroyed, false);
    assert.equal(stdin.listenerCount("data"), 0);
  });

  it("does not start at all when the signal was aborted before", async () => {
    const stdin = Readable.from([Buffer.from("a")]);
    const { server, result } = session({ stdin, signal: AbortSignal.abort(new Error("never")) });
    await assert.rejects(result, /never/);
    assert.equal(server.closed(), true);
    assert.equal(stdin.readableFlowing, null, "nobody has touched it");
  });
});
