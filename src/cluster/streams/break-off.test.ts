import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { breakOff } from "./break-off.ts";

/** Both ends of one connection. */
async function pair(t: TestContext): Promise<readonly [client: Socket, server: Socket]> {
  const listener = createServer({ allowHalfOpen: true }).listen(0, "127.0.0.1");
  t.after(() => listener.close());
  await once(listener, "listening");
  const { port } = listener.address() as AddressInfo;
  const client = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  const [[server]] = await Promise.all([once(listener, "connection"), once(client, "connect")]);
  return [client, server];
}

describe("breakOff", () => {
  it("resets a connection", async (t) => {
    const [client, server] = await pair(t);
    breakOff(server);
    const [error] = await once(client.resume(), "error");
    assert.equal(error.code, "ECONNRESET");
  });

  it("closes one that is being ended, whose handle a reset would leave open for ever", async (t) => {
    const [client, server] = await pair(t);
    server.resume().on("end", () => server.destroy());
    const errors: unknown[] = [];
    client.on("error", (error) => errors.push(error));
    client.end();
    // Now it is shutting down.
    await new Promise(process.nextTick);
    const closed = once(client, "close");
    breakOff(client);
    await closed;
    assert.deepEqual(errors, []);
  });
});
