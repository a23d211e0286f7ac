import assert from "node:assert/strict";
import { join } from "node:path";
import { describe } from "node:test";
import { openStatusDoor, statusSocketOf } from "../status/door.ts";
import { callPlugin, installClient } from "./testing/client.ts";
import { startLyingServer } from "./testing/lying-server.ts";
import { itWithClient } from "./testing/runtime.ts";

describe("heddle-cni", () => {
  itWithClient("tells probes how the agent is, by its exit status and in words", async () => {
    await using client = await installClient();
    const page = (status: number, text: string) => async () => ({ type: "text/plain", status, text });
    const ask = (...args: readonly string[]) => callPlugin(client.executable, { environment: {}, input: "", args });
    const socket = join(client.folder, "another.sock");
    {
      const pages = { "/ready": page(503, "the bridge is down\n"), "/live": page(200, "it answers\n") };
      await using _door = await openStatusDoor(statusSocketOf(socket), pages);
      assert.deepEqual(await ask("--ready", socket), { status: 1, output: "the bridge is down\n", errors: "" });
      assert.deepEqual(await ask("--live", socket), { status: 0, output: "it answers\n", errors: "" });
    }
    {
      await using _door = await openStatusDoor(statusSocketOf(client.socket), { "/ready": page(200, "ok\n") });
      assert.deepEqual(await ask("--ready"), { status: 0, output: "ok\n", errors: "" });
      assert.equal((await ask("--live")).status, 1, "an agent that knows no such question");
    }
    const { status, output } = await ask("--live", socket);
    assert.deepEqual([status, JSON.parse(output).msg], [1, "Heddle's node agent does not answer"]);
    assert.match((await ask("--live", `/${"x".repeat(200)}`)).output, /a socket's path is too long/);
  });

  itWithClient("gives a probe up in time where the agent hangs", async () => {
    await using client = await installClient({ timeLimitMs: 2_000 });
    await using hanging = await startLyingServer(`${client.socket}.status`);
    hanging.behave("hang");
    const { status, output } = await callPlugin(client.executable, { environment: {}, input: "", args: ["--ready"] });
    assert.deepEqual([status, JSON.parse(output).code], [1, 11]);
    assert.match(output, /no answer within the time limit/);
  });
});
