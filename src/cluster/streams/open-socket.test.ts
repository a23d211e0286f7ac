import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HeddleError } from "../../base/index.ts";
import { openSocket } from "./open-socket.ts";
import { createScriptedSocket } from "./testing/scripted-socket.ts";

const offers = [["new"], ["old", "older"]];
const refusal = (details: Record<string, unknown>): HeddleError =>
  new HeddleError("refused", { code: "HEDDLE_CLUSTER_FORBIDDEN", details });

/** Refuses as told, one after the other, then opens. */
function server(...refusals: readonly Error[]) {
  const asked: (readonly string[])[] = [];
  const { socket } = createScriptedSocket("chosen");
  const left = [...refusals];
  return {
    asked,
    api: {
      socket: async ({ protocols }: Readonly<{ protocols: readonly string[] }>) => {
        asked.push(protocols);
        const error = left.shift();
        if (error) throw error;
        return socket;
      },
    },
  };
}

describe("openSocket", () => {
  it("asks once where the first offer is taken", async () => {
    const { api, asked } = server();
    assert.equal((await openSocket(api, { path: "/" }, offers)).protocol, "chosen");
    assert.deepEqual(asked, [["new"]]);
  });

  it("makes the next offer to a server that refuses without a Status", async () => {
    const { api, asked } = server(refusal({ httpStatus: 403 }));
    await openSocket(api, { path: "/" }, offers);
    assert.deepEqual(asked, offers);
  });

  it("takes the last refusal for the answer", async () => {
    const last = refusal({ httpStatus: 403 });
    await assert.rejects(openSocket(server(refusal({ httpStatus: 400 }), last).api, { path: "/" }, offers), last);
  });

  it("asks nothing again after a Status, a failure of the server or of the way to it", async () => {
    const broken = new HeddleError("gone", { code: "HEDDLE_CLUSTER_UNREACHABLE" });
    for (const error of [
      refusal({ httpStatus: 403, status: {} }),
      refusal({ httpStatus: 500 }),
      broken,
      new Error("aborted"),
    ]) {
      const { api, asked } = server(error);
      await assert.rejects(openSocket(api, { path: "/" }, offers), (thrown) => thrown === error);
      assert.equal(asked.length, 1);
    }
  });
});
