import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { describe, it } from "node:test";
import { createLogger } from "./log.ts";

describe("createLogger", () => {
  it("writes a JSON line with fields and sentence, and never a secret's value", async () => {
    const destination = new PassThrough();
    const log = (await createLogger({ level: "info", destination })).child({ cluster: "prod" });
    log.info({ token: "s3cr3t", headers: { authorization: "Bearer s3cr3t" }, kind: "pods" }, "listed");
    log.debug({}, "not written");
    const lines = String(destination.read()).trim().split("\n");
    assert.equal(lines.length, 1);
    const line = JSON.parse(lines[0] ?? "");
    assert.deepEqual([line.cluster, line.kind, line.msg], ["prod", "pods", "listed"]);
    assert.ok(!lines[0]?.includes("s3cr3t"));
  });
});
