import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { isHeddleError } from "../../base/index.ts";
import { hostAndPort } from "../../model/index.ts";
import { readiness } from "../report.ts";
import { askStatus, openMetricsDoor, openStatusDoor, type StatusPage, statusSocketOf } from "./door.ts";

const { signal } = new AbortController();

const page =
  (text: string, status = 200) =>
  async (): Promise<StatusPage> => ({ type: "text/plain", text, status });

async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "heddle-door-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe("the status socket", () => {
  it("is asked by the name of the plugin's, and so is one told of that nobody answers at", () =>
    withFolder(async (folder) => {
      const socket = join(folder, "agent.sock");
      {
        await using _door = await openStatusDoor(statusSocketOf(socket), { "/status": page("well") });
        assert.equal(await askStatus(socket, "/status", signal), "well");
      }
      await assert.rejects(
        askStatus(socket, "/status", signal),
        (error) =>
          isHeddleError(error, "HEDDLE_AGENT_NOT_RUNNING") &&
          error.message.startsWith(`no agent answers at ${socket}:`),
      );
    }));

  it("says what is wrong with this node where it is not ready", () =>
    withFolder(async (folder) => {
      const socket = join(folder, "agent.sock");
      const pages = {
        "/sound": async () => readiness({ problems: [] }),
        "/ready": async () => readiness({ problems: ["the bridge is down", "the disk is full"] }),
      };
      await using _door = await openStatusDoor(statusSocketOf(socket), pages);
      assert.equal(await askStatus(socket, "/sound", signal), "nothing is wrong with this node\n");
      await assert.rejects(askStatus(socket, "/ready", signal), /answers 503: the bridge is down\nthe disk is full$/);
    }));
});

describe("an address for metrics", () => {
  const anyPort = { host: "127.0.0.1", port: 0 } as const;

  it("tells what is given and nothing else, to GET only", async () => {
    await using door = await openMetricsDoor(anyPort, { "/metrics": page("heddle_agent_pods 3\n") });
    const at = (path: string, init?: RequestInit): Promise<Response> =>
      fetch(`http://${hostAndPort(door.address)}${path}`, init);
    const metrics = await at("/metrics");
    assert.deepEqual([metrics.status, await metrics.text()], [200, "heddle_agent_pods 3\n"]);
    for (const [path, method] of [
      ["/status", "GET"],
      ["/metrics", "POST"],
      ["/constructor", "GET"],
    ] as const)
      assert.equal((await at(path, { method })).status, 404, `${method} ${path}`);
  });

  it("that is taken is named, with the flag", async () => {
    await using door = await openMetricsDoor(anyPort, {});
    await assert.rejects(
      openMetricsDoor(door.address, {}),
      (error) =>
        isHeddleError(error, "HEDDLE_AGENT_METRICS_FAILED") &&
        error.message.startsWith(`--metrics-address ${hostAndPort(door.address)}: cannot listen there: `),
    );
  });
});
