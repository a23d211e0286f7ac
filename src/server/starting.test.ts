import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, existsSync, openSync } from "node:fs";
import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { createServer as createHttpServer, type IncomingMessage, request, type Server as HttpServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { parseServerAccess, parseServerAddress, tokenFileName } from "../model/index.ts";
import { until } from "../../test/kube/until.ts";
import { createServer } from "./server.ts";
import { openServer, quietDeps, refusalOf } from "./testing/open-server.ts";

/** An address of loopback that nobody else uses: ports of it are free, and stay so. */
const ownHost = `127.${40 + (process.pid % 60)}.${1 + (process.pid % 251)}.7`;

async function listening(t: TestContext, server: HttpServer, host: string): Promise<number> {
  t.after(() => server.close());
  await once(server.listen(0, host), "listening");
  return (server.address() as AddressInfo).port;
}

/** Until the answer is first called, nothing that this process asks of the file system is done; sockets do as ever. */
function holdFiles(folder: string): () => Promise<void> {
  const threads = Math.max(4, Number(process.env["UV_THREADPOOL_SIZE"] ?? 4));
  const pipes = Array.from({ length: threads }, (_, index) => join(folder, `pipe-${index}`));
  execFileSync("mkfifo", pipes);
  // Who opens a pipe to read from it waits, one of libuv's threads with it, for who writes.
  const opening = pipes.map((pipe) => open(pipe, "r"));
  let letting: Promise<void> | undefined;
  const letGo = async (): Promise<void> => {
    // oxlint-disable-next-line no-bitwise -- flags of open(2)
    const writers = pipes.map((pipe) => openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK));
    for (const reader of await Promise.all(opening)) await reader.close();
    for (const writer of writers) closeSync(writer);
  };
  return () => (letting ??= letGo());
}

describe("a server that starts", () => {
  it("answers nobody before its token is there to be read: who comes back with an old one finds the new", async (t) => {
    const runtimeFolder = await mkdtemp(join(tmpdir(), "heddle-starting-"));
    const ends = new AsyncDisposableStack();
    t.after(() => ends.disposeAsync());
    ends.defer(() => rm(runtimeFolder, { recursive: true }));
    const free = createHttpServer();
    const port = await listening(t, free, ownHost);
    free.close();
    const bystander = createHttpServer((_, response) => void response.end());
    const beside = `http://127.0.0.1:${await listening(t, bystander, "127.0.0.1")}`;
    const options = { listen: `${ownHost}:${port}`, runtimeFolder, enableMutations: false, version: "0.0.0-test" };
    const address = `http://${options.listen}`;
    const tokenPath = join(runtimeFolder, tokenFileName(parseServerAddress(address, "test")));

    const server = ends.use(createServer(quietDeps(), options));
    const letGo = holdFiles(runtimeFolder);
    const started = server.listen();
    // Whatever fails meanwhile: while files are held, neither the server nor its folder can go.
    ends.defer(async () => {
      await letGo();
      await Promise.allSettled([started]);
    });
    await until("it to listen", async () => {
      const socket = connect(port, ownHost);
      await once(socket, "connect").finally(() => socket.destroy());
      return true;
    });
    const asked = fetch(`${address}/api/status`, { headers: { authorization: "Bearer of-the-server-before" } }).then(
      async (answer) => [await refusalOf(answer), existsSync(tokenPath)],
    );
    // Whoever answers too soon has long done so when the same loop has answered these.
    for (let round = 0; round < 30; round++) await (await fetch(beside)).text();
    await letGo();
    await started;
    assert.deepEqual(await asked, ["401 HEDDLE_SERVER_TOKEN_WRONG", true]);
    const file = await readFile(tokenPath, "utf8");
    const headers = { authorization: `Bearer ${parseServerAccess(file)?.token}` };
    assert.equal((await fetch(`${address}/api/status`, { headers })).status, 200);
  });
});

describe("a server that stops", () => {
  it("says of what it leaves undone that it may be asked again: another may be started in its place", async (t) => {
    const begun = Promise.withResolvers<void>();
    const never = Promise.withResolvers<never>();
    const opened = await openServer(t, {
      addCluster: () => {
        begun.resolve();
        return never.promise;
      },
    });
    const asked = opened.post("/api/clusters", { cluster: { id: "west" } });
    await begun.promise;
    const stopped = opened[Symbol.asyncDispose]();
    never.reject(new Error("what it worked with is gone"));
    const answer = await asked;
    const { error } = (await answer.json()) as { error: object };
    assert.partialDeepStrictEqual(
      { status: answer.status, ...error },
      { status: 503, code: "HEDDLE_SERVER_STOPPING", retryable: true },
    );
    await stopped;
  });

  it("says the same to whoever was about to forward a port", async (t) => {
    const begun = Promise.withResolvers<void>();
    const never = Promise.withResolvers<never>();
    const { fleet } = quietDeps();
    const connects = {
      ...fleet,
      connect: () => {
        begun.resolve();
        return never.promise;
      },
    };
    const opened = await openServer(t, { fleet: connects }, { enableMutations: true });
    const asked = request(`${opened.address}/api/port-forward?cluster=east&namespace=a&pod=b&port=80`, {
      headers: { authorization: `Bearer ${opened.token}`, connection: "Upgrade", upgrade: "heddle-tcp" },
    });
    const answered = once(asked, "response");
    asked.end();
    await begun.promise;
    const stopped = opened[Symbol.asyncDispose]();
    never.reject(new Error("what it worked with is gone"));
    const [answer] = (await answered) as [IncomingMessage];
    const { error } = JSON.parse(Buffer.concat(await answer.toArray()).toString()) as { error: object };
    assert.partialDeepStrictEqual(
      { status: answer.statusCode, ...error },
      { status: 503, code: "HEDDLE_SERVER_STOPPING", retryable: true },
    );
    await stopped;
  });
});
