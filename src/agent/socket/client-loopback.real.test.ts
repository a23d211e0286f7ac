import assert from "node:assert/strict";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe } from "node:test";
import { builtClient, callPlugin, installClient } from "./testing/client.ts";
import { configOf, environmentOf, itWithClient } from "./testing/runtime.ts";

describe("heddle-cni called by the name loopback", () => {
  itWithClient("needs no agent", async () => {
    await using installed = await installClient();
    const loopback = join(installed.folder, "loopback");
    await symlink(builtClient(), loopback);
    const call = (command: string, text: string) =>
      callPlugin(loopback, { environment: environmentOf(command), input: text });
    assert.match((await call("ADD", configOf("1.0.0"))).output, /"code":3.*\/run\/netns\/cni-1/);
    assert.deepEqual(await call("DEL", configOf("1.0.0")), { status: 0, output: "", errors: "" });
    assert.deepEqual(await call("STATUS", configOf("1.1.0")), { status: 0, output: "", errors: "" });
    assert.match((await call("GC", configOf("1.0.0"))).output, /"code":1,/);
    assert.match((await call("ADD", configOf("0.2.0"))).output, /"cniVersion":"0\.2\.0","code":1,/);
  });
});
