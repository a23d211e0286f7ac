import assert from "node:assert/strict";
import { chmod, mkdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe } from "node:test";
import { startAnsweringAgent } from "./testing/answering-agent.ts";
import { installClient } from "./testing/client.ts";
import { startLyingServer } from "./testing/lying-server.ts";
import { configOf, environmentOf, failureOf, itWithClient } from "./testing/runtime.ts";

describe("heddle-cni", () => {
  itWithClient("trusts no socket, configuration or queue that others may write", async () => {
    await using installed = await installClient();
    await using agent = await startAnsweringAgent(installed.socket);
    const codeNow = async (): Promise<number> =>
      JSON.parse((await installed.call(environmentOf("ADD"), configOf("1.0.0"))).output || "{}").code;
    assert.equal(await codeNow(), undefined);
    await chmod(installed.socket, 0o666);
    assert.equal(await codeNow(), 106);
    await chmod(installed.socket, 0o600);
    await chmod(join(installed.folder, "heddle-cni.conf"), 0o646);
    assert.equal(await codeNow(), 106);
    await chmod(join(installed.folder, "heddle-cni.conf"), 0o644);
    await agent[Symbol.asyncDispose]();
    await symlink("/dev/null", installed.socket);
    assert.equal(await codeNow(), 106);
    await rm(installed.socket);
    await mkdir(installed.queue, { mode: 0o777 });
    await chmod(installed.queue, 0o777);
    const { output } = await installed.call(environmentOf("DEL"), configOf("1.0.0"));
    assert.equal(JSON.parse(output).code, 106);
  });
});

describe("heddle-cni with an agent that does not do as it should", () => {
  itWithClient("waits no longer than its time limit, whether it hangs or dribbles", async () => {
    await using hasty = await installClient({ timeLimitMs: 300 });
    await using there = await startLyingServer(hasty.socket);
    for (const [behaviour, verb, code] of [
      ["hang", "ADD", 11],
      ["dribble", "DEL", 11],
      ["hang", "STATUS", 50],
    ] as const) {
      there.behave(behaviour);
      const { output } = await hasty.call(environmentOf(verb), configOf("1.1.0"));
      // It would wait for ever.
      assert.equal(JSON.parse(output).code, code);
    }
  });

  itWithClient("takes no answer that is garbled, too long or cut off", async () => {
    await using client = await installClient();
    await using liar = await startLyingServer(client.socket);
    liar.send(Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"));
    assert.equal((await failureOf(client, "ADD")).code, 107);
    liar.send(Buffer.from("48444c4301020000ffffffff00", "hex"));
    assert.equal((await failureOf(client, "ADD")).code, 107);
    liar.send(Buffer.from("48444c430102000000000000", "hex"));
    assert.equal((await failureOf(client, "ADD")).code, 107);
    liar.send(Buffer.from("48444c43010200000500000000", "hex"));
    assert.match((await failureOf(client, "ADD")).details, /it hung up amid its answer/);
    liar.send(Buffer.alloc(0));
    assert.match((await failureOf(client, "ADD")).details, /it hung up: Connection reset/);
  });
});
