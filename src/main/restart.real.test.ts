import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { type KubeCluster, kubeForTest, until } from "../../test/kube/index.ts";
import { type Ended, newUser, type Running, type User } from "./testing/served.ts";

type Served = Readonly<{ server: Running; address: string }>;

/** Starts a server and waits until everything it follows is live. */
async function serveAll(user: User, kube: KubeCluster, listen: string): Promise<Served> {
  const server = user.start(["serve", "--kubeconfig", kube.kubeconfigPath, "--listen", listen]);
  const [, address = ""] = await server.shows(/at (http:\S+)/);
  await until(
    "every kind to be live",
    async () => {
      const { stdout } = await user.run(["status", "-o", "json", "--server", address]);
      const { clusters } = JSON.parse(stdout) as Status;
      return clusters.every(({ kinds }) => kinds !== undefined && kinds.total > 0 && kinds.live === kinds.total);
    },
    { everyMs: 200 },
  );
  return { server, address };
}

type Status = Readonly<{ clusters: readonly Readonly<{ kinds?: Readonly<{ total: number; live: number }> }>[] }>;

/** "created web", "deleted web unknown", in the order of their lines. */
const told = (lines: string): readonly string[] =>
  lines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line)
    .map(
      ({ type, data, finalstate }) =>
        `${type.split(".").at(-1)} ${data.metadata?.name ?? ""}${finalstate === "unknown" ? " unknown" : ""}`,
    );

type Line = Readonly<{ type: string; finalstate?: string; data: Readonly<{ metadata?: Readonly<{ name: string }> }> }>;

const configMaps = (names: readonly string[]): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "List",
    items: names.map((name) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { words: name } })),
  });

describe("heddle serve, started again on the folder that it kept", () => {
  it("tells what happened meanwhile, each once: after a stop, a kill, and a past that is forgotten", async (t) => {
    const kube = await kubeForTest(t);
    if (kube === undefined) return;
    const user = newUser(t);
    const names = Array.from({ length: 50 }, (_, index) => `cm-${index}`);
    await kube.kubectl(["create", "-f", "-"], { input: configMaps(names) });
    const first = await serveAll(user, kube, "127.0.0.1:0");
    const host = new URL(first.address).host;
    const following = user.start(["changes", "cm", "-n", "default", "-f", "-o", "json", "--server", first.address]);
    let ended: Ended | undefined;
    void following.ended.then((end) => (ended = end));
    const on = (...args: readonly string[]) => user.run([...args, "--server", first.address]);
    await until(
      "it is subscribed",
      async () => JSON.parse((await on("status", "-o", "json")).stdout).subscribers.current > 0,
    );
    const expected: string[] = [];
    /** Everything so far, and nothing else, was told; and the server knows what the cluster knows. */
    const isTold = async (...words: readonly string[]): Promise<void> => {
      expected.push(...words);
      const isAll = (): true => {
        assert.deepEqual(told(following.stdout()).toSorted(), expected.toSorted());
        return true;
      };
      const failEarly = (): void => assert.equal(ended, undefined, "who follows the changes was to go on");
      await until("it to be told", isAll, { failEarly }).catch(async (cause: unknown) => {
        const looks = [on("changes", "cm", "-n", "default", "--tail", "-1"), on("status", "-o", "json")];
        const seen = { subscriber: following.stderr(), looks: await Promise.all(looks) };
        throw new Error(`not told: ${words.join(", ")}; ${JSON.stringify(seen)}`, { cause });
      });
      for (const output of ["name", "yaml"]) {
        const asked = ["get", "cm", "-n", "default", "-o", output];
        const theirs = await kube.kubectl(asked);
        const ours = (await on(...asked)).stdout;
        if (output === "name") assert.deepEqual(ours.split("\n").toSorted(), theirs.split("\n").toSorted());
        else assert.deepEqual(versionsIn(ours), versionsIn(theirs));
      }
    };

    // Who has heard nothing yet has no place to go on from.
    await kube.kubectl(["create", "cm", "first"]);
    await isTold("created first");
    // On a busy machine a stop's time may not be enough: it is kept every few seconds, too.
    await until(
      "it to be kept",
      () => globSync(join(user.folder, "state/heddle/texts/*/configmaps.texts")).length === 1,
    );
    await first.server.stop("SIGTERM");
    await kube.kubectl(["create", "cm", "while-stopped"]);
    await kube.kubectl(["patch", "cm", "cm-1", "-p", '{"data":{"words":"changed"}}']);
    await kube.kubectl(["delete", "cm", "cm-2"]);
    const second = await serveAll(user, kube, host);
    // That it is known how the object ended shows that the watch went on from before: no list could tell.
    await isTold("created while-stopped", "updated cm-1", "deleted cm-2");

    await kube.kubectl(["create", "cm", "short"]);
    await kube.kubectl(["delete", "cm", "short"]);
    await kube.kubectl(["delete", "cm", "cm-3"]);
    await kube.kubectl(["patch", "cm", "cm-1", "-p", '{"data":{"words":"again"}}']);
    await isTold("created short", "deleted short", "deleted cm-3", "updated cm-1");
    await second.server.stop("SIGKILL");
    await kube.kubectl(["delete", "cm", "while-stopped"]);
    const third = await serveAll(user, kube, host);
    // What is kept is older than what was told: nothing of that is told again.
    await isTold("deleted while-stopped");

    await third.server.stop("SIGTERM");
    await kube.kubectl(["delete", "cm", "cm-4"]);
    await kube.kubectl(["create", "cm", "cm-4"]);
    await kube.kubectl(["delete", "cm", "cm-5"]);
    await kube.forgetHistory();
    const fourth = await serveAll(user, kube, host);
    await isTold("deleted cm-4 unknown", "created cm-4", "deleted cm-5 unknown");
    await following.stop("SIGINT");
    assert.equal((await fourth.server.stop("SIGTERM")).code, 0);
  });
});

const versionsIn = (yaml: string): readonly string[] =>
  [...yaml.matchAll(/^ {4}resourceVersion: "?(\d+)"?$/gm)].map(([, version = ""]) => version).toSorted();
