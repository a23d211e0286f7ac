import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe } from "node:test";
import { silentLogger, systemClock } from "../../base/index.ts";
import { heddleConfig } from "../cni/testing/calls.ts";
import { type CniCall } from "../cni/request.ts";
import { createSocketServer } from "./server.ts";
import { startAnsweringAgent } from "./testing/answering-agent.ts";
import { installClient } from "./testing/client.ts";
import { configOf, environmentOf, failureOf, itWithClient } from "./testing/runtime.ts";

describe("heddle-cni", () => {
  itWithClient("passes on what it is called with, and prints what the agent answers", async () => {
    await using client = await installClient();
    const calls: CniCall[] = [];
    await using _server = await createSocketServer(
      {
        clock: systemClock,
        logger: silentLogger,
        async answer(call) {
          calls.push(call);
          return { status: 7, output: "as it is \u0000 é\n" };
        },
      },
      { path: client.socket },
    );
    const { status, output } = await client.call(environmentOf("ADD", { OTHER: "x" }), '{"é":1}');
    assert.equal(status, 7);
    assert.equal(output, "as it is \u0000 é\n");
    const [{ client: version, ...call } = {}] = calls as (CniCall & { client?: string })[];
    assert.match(version ?? "", /^\d+\.\d+\.\d+/);
    assert.deepEqual(call, {
      command: "ADD",
      containerId: "4f3c",
      netns: "/run/netns/cni-1",
      ifname: "eth0",
      args: "IgnoreUnknown=1",
      path: "/opt/cni/bin",
      input: '{"é":1}',
    });
  });

  itWithClient("passes on a configuration of a megabyte and its answer", async () => {
    await using client = await installClient();
    await using _agent = await startAnsweringAgent(client.socket);
    const text = JSON.stringify(heddleConfig({ cniVersion: "1.0.0", args: { pad: "x".repeat(1_000_000) } }));
    const { status, output } = await client.call(environmentOf("ADD"), text);
    assert.equal(status, 0);
    assert.equal(JSON.parse(output).interfaces[0].name, "eth0");
  });

  itWithClient("answers VERSION by itself", async () => {
    await using client = await installClient();
    const supportedVersions = ["0.3.1", "0.4.0", "1.0.0", "1.1.0"];
    for (const [text, cniVersion] of [
      ['{"cniVersion":"0.4.0"}', "0.4.0"],
      ['{"a":{"cniVersion":"9"},"b":"\\"cniVersion\\":", "cniVersion" : "1.0.0" }', "1.0.0"],
      ["{}", "1.1.0"],
      ["", "1.1.0"],
    ] as const) {
      const { status, output } = await client.call({ CNI_COMMAND: "VERSION" }, text);
      assert.equal(status, 0);
      assert.deepEqual(JSON.parse(output), { cniVersion, supportedVersions });
    }
  });

  itWithClient("says in the asked version that the agent is down: 50 for STATUS, 11 for the others", async () => {
    await using client = await installClient();
    for (const [verb, code] of [
      ["ADD", 11],
      ["CHECK", 11],
      ["GC", 11],
      ["STATUS", 50],
    ] as const) {
      const { code: told, cniVersion, msg, details } = await failureOf(client, verb, "0.4.0");
      assert.deepEqual([told, cniVersion], [code, "0.4.0"]);
      assert.match(
        `${msg}: ${details}`,
        /does not answer: .*agent\.sock: no connection: No such file.*heddle agent status/,
      );
    }
  });

  itWithClient("refuses a call without verb, and input without end", async () => {
    await using client = await installClient();
    const { status, output } = await client.call({}, configOf("0.4.0"));
    assert.equal(status, 1);
    assert.deepEqual([JSON.parse(output).code, JSON.parse(output).cniVersion], [4, "0.4.0"]);
    const long = await client.call(environmentOf("ADD"), Buffer.alloc(1_100_000, " "));
    assert.equal(JSON.parse(long.output).code, 6);
    await using quick = await installClient({ timeLimitMs: 100 });
    const child = spawn(quick.executable, { env: environmentOf("ADD"), stdio: ["pipe", "pipe", "inherit"] });
    const [chunk] = await once(child.stdout, "data");
    assert.equal(JSON.parse(String(chunk)).code, 5);
    child.stdin.destroy();
  });

  itWithClient("speaks one version less with an older agent, and says so when that is not enough", async () => {
    await using newer = await installClient({ protocol: 2 });
    await using newest = await installClient({ protocol: 3 });
    await using agent = await startAnsweringAgent(newer.socket);
    const added = await newer.call(environmentOf("ADD"), configOf("1.0.0"));
    assert.equal(added.status, 0);
    await agent[Symbol.asyncDispose]();
    await using _same = await startAnsweringAgent(newest.socket);
    const refused = await newest.call(environmentOf("DEL"), configOf("1.0.0"));
    assert.equal(JSON.parse(refused.output).code, 107);
    assert.match(JSON.parse(refused.output).details, /speaks versions 1 to 1, this plugin .* version 3/);
  });
});
