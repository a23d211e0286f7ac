import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { isHeddleError, silentLogger } from "../../base/index.ts";
import { type PodStreams, type PortForward, type PortForwardOptions } from "../../model/index.ts";
import { type LentKube, sharedNode, testNamespace, until } from "../../../test/kube/index.ts";
import { sized } from "../../../test/size.ts";
import { createPodStreams } from "./pod-streams.ts";
import { liveMegabytes } from "../../../test/live-memory.ts";
import { adminClient, clientOf, collect, createPod, podIs } from "./testing/real-pods.ts";

type Setting = Readonly<{ kube: LentKube; pods: PodStreams; namespace: string }>;
type Part = (setting: Setting, t: TestContext) => Promise<void>;

/** What the pod listens on: a web server with a file of 10 MB at /big, and a server that sends everything back. */
const [httpPort, echoPort, nobodysPort] = [8080, 9000, 4444];
const megabytes10 = 10_000_000;

type Forward = PortForward & Readonly<{ errors: unknown[] }>;

async function forwarded({ pods, namespace }: Setting, options: Partial<PortForwardOptions>): Promise<Forward> {
  const errors: unknown[] = [];
  const onError = (error: unknown): void => void errors.push(error);
  const forward = await pods.portForward({ namespace, pod: "box", port: httpPort, localPort: 0, onError, ...options });
  return { ...forward, errors };
}

/** How a local connection went: what it received, and whether it was ended or broken off. */
async function answerOf(client: Socket): Promise<Readonly<{ received: Buffer; end: "ended" | "broken" }>> {
  const chunks: Buffer[] = [];
  client.on("data", (chunk) => chunks.push(Buffer.from(chunk)));
  const end = await new Promise<"ended" | "broken">((resolve) => {
    client.on("end", () => resolve("ended")).on("error", () => resolve("broken"));
    client.resume();
  });
  client.destroy();
  return { received: Buffer.concat(chunks), end };
}

const dial = ({ localAddress, localPort }: PortForward): Socket =>
  connect({ host: localAddress, port: localPort, allowHalfOpen: true });

/** Sends `data` and reads as much back. */
async function echoed(forward: PortForward, data: Buffer): Promise<Buffer> {
  const client = dial(forward);
  const chunks: Buffer[] = [];
  let missing = data.length;
  client.write(data);
  for await (const chunk of client) {
    chunks.push(Buffer.from(chunk));
    missing -= chunk.length;
    if (missing <= 0) break;
  }
  return Buffer.concat(chunks);
}

const hashOf = (data: Buffer): string => createHash("sha256").update(data).digest("hex");

describe("port-forward on a real node", () => {
  it("does what kubectl's does", async (t) => {
    const kube = await sharedNode(t);
    if (kube === undefined) return;
    await using api = adminClient(kube);
    const namespace = await testNamespace(t, kube);
    await Promise.all(
      ["running", "waiting", "counting"].map((state) => createPod(kube, namespace, { file: `pod-${state}.yaml` })),
    );
    await podIs(kube, { namespace, pod: "box", state: "condition=Ready" });
    const pods = createPodStreams({ api, log: silentLogger }, { halfCloseQuietMs: 5_000 });
    for (const [name, run] of Object.entries(parts)) await t.test(name, (t) => run({ kube, pods, namespace }, t));
  });
});

const parts: Readonly<Record<string, Part>> = {
  async "10 MB come out, on several connections at once"(setting) {
    await using forward = await forwarded(setting, {});
    assert.equal(forward.localAddress, "127.0.0.1");
    const stdout = collect();
    const command = ["sh", "-c", "sha256sum < /www/big"];
    await setting.pods.exec({ namespace: setting.namespace, pod: "box", container: "app" }, { command, stdout });
    const get = async (): Promise<string> => {
      const answer = await fetch(`http://127.0.0.1:${forward.localPort}/big`);
      return hashOf(Buffer.from(await answer.arrayBuffer()));
    };
    const hashes = await Promise.all(Array.from({ length: sized({ small: 3, full: 20 }) }, get));
    for (const hash of hashes) assert.equal(`${hash}  -\n`, stdout.text());
    assert.deepEqual(forward.errors, []);
  },

  async "10 MB go in and come back, on several connections at once"(setting) {
    await using forward = await forwarded(setting, { port: echoPort });
    const all = Array.from({ length: sized({ small: 2, full: 20 }) }, () => randomBytes(megabytes10));
    const back = await Promise.all(all.map((data) => echoed(forward, data)));
    assert.deepEqual(back.map(hashOf), all.map(hashOf));
    assert.deepEqual(forward.errors, []);
  },

  async "a slow client makes the pod wait, not the memory grow"(setting) {
    await using forward = await forwarded(setting, {});
    const before = liveMegabytes();
    const clients = Array.from({ length: 3 }, () => dial(forward));
    for (const client of clients) client.pause().write("GET /big HTTP/1.0\r\n\r\n");
    // What a fast client gets meanwhile, the slow ones could have got as well.
    await (await fetch(`http://127.0.0.1:${forward.localPort}/big`)).arrayBuffer();
    await until("the live memory to be below 10 MB more", () => liveMegabytes() - before < 10);
    const answers = await Promise.all(clients.map(answerOf));
    assert.ok(answers.every(({ received, end }) => end === "ended" && received.length > megabytes10));
  },

  async "the pod's end is the local end, behind all its data"(setting) {
    await using forward = await forwarded(setting, {});
    const client = dial(forward);
    client.write("GET /nothing HTTP/1.0\r\n\r\n");
    const { received, end } = await answerOf(client);
    assert.match(received.toString(), /^HTTP\/1\.[01] 404/);
    assert.equal(end, "ended");
  },

  async "the local end lets the pod finish its answer"(setting) {
    await using forward = await forwarded(setting, { port: echoPort });
    const data = randomBytes(1_000_000);
    const client = dial(forward);
    client.end(data);
    const { received, end } = await answerOf(client);
    assert.equal(hashOf(received), hashOf(data));
    assert.equal(end, "ended");
  },

  async "a port on which nobody listens is told, and the connection broken off; the next may do better"(setting) {
    await using forward = await forwarded(setting, { port: nobodysPort });
    assert.equal((await answerOf(dial(forward))).end, "broken");
    await until("the error", () => forward.errors.length === 1);
    const [error] = forward.errors;
    assert.ok(isHeddleError(error, "HEDDLE_CLUSTER_PORT_FORWARD"), String(error));
    assert.match(error.message, /port 4444 of the pod cannot be reached: connection refused/);
    assert.equal(error.retryable, true);

    const target = { namespace: setting.namespace, pod: "box", container: "app" };
    const listening = setting.pods.exec(target, {
      command: ["nc", "-l", "-p", String(nobodysPort), "-e", "echo", "here"],
    });
    const answer = await until("the listener", async () => {
      const { received } = await answerOf(dial(forward));
      return received.toString();
    });
    assert.equal(answer, "here\n");
    assert.deepEqual(await listening, { exitCode: 0 });
  },

  async "a client that breaks off is no error, and others go on"(setting) {
    await using forward = await forwarded(setting, { port: echoPort });
    const steady = dial(forward);
    steady.write("a");
    await new Promise((resolve) => steady.once("data", resolve));
    const rude = dial(forward);
    rude.write(randomBytes(1_000_000));
    await new Promise((resolve) => rude.once("data", resolve));
    rude.resetAndDestroy();
    steady.write("b");
    const second = await new Promise((resolve) => steady.once("data", resolve));
    assert.equal(String(second), "b");
    assert.deepEqual(forward.errors, []);
    steady.destroy();
  },

  async "a pod that is not there, or does not run, is refused before anything listens"(setting) {
    const refusal = (pod: string): Promise<unknown> =>
      forwarded(setting, { pod }).then(
        () => "it listens",
        (error: unknown) => error,
      );
    assert.ok(isHeddleError(await refusal("nope"), "HEDDLE_CLUSTER_NOT_FOUND"));
    const waiting = await refusal("waiting");
    assert.ok(isHeddleError(waiting, "HEDDLE_CLUSTER_CONTAINER_NOT_RUNNING"));
    assert.match(waiting.message, /pod \S+\/waiting: it is not running but Pending$/);
    const { kube, namespace } = setting;
    await podIs(kube, { namespace, pod: "counting", state: "jsonpath={.status.phase}=Succeeded" });
    const over = await refusal("counting");
    assert.ok(isHeddleError(over, "HEDDLE_CLUSTER_CONTAINER_NOT_RUNNING"));
    assert.equal(over.retryable, false);
  },

  async "who may not forward ports hears it before anything listens"({ kube, namespace }) {
    await using api = clientOf(kube, kube.tokens.nobody);
    const pods = createPodStreams({ api, log: silentLogger });
    const refused = pods.portForward({ namespace, pod: "box", port: httpPort, localPort: 0 });
    await assert.rejects(
      refused,
      (error) => isHeddleError(error, "HEDDLE_CLUSTER_FORBIDDEN") && /pods\/portforward/.test(error.message),
    );
  },

  async "a local port that is taken is refused with a way out"(setting) {
    await using forward = await forwarded(setting, {});
    const second = forwarded(setting, { localPort: forward.localPort });
    await assert.rejects(
      second,
      (error) => isHeddleError(error, "HEDDLE_PORT_IN_USE") && /in use; choose another/.test(error.message),
    );
  },

  async "disposing, or the signal, ends everything: listener and connections"(setting) {
    for (const way of ["dispose", "signal"] as const) {
      const controller = new AbortController();
      const forward = await forwarded(setting, { port: echoPort, signal: controller.signal });
      const client = dial(forward);
      client.write("x");
      await new Promise((resolve) => client.once("data", resolve));
      const answer = answerOf(client);
      if (way === "signal") controller.abort(new Error("enough"));
      await forward[Symbol.asyncDispose]();
      await answer;
      const again = await answerOf(dial(forward));
      assert.deepEqual([again.end, again.received.length], ["broken", 0]);
      assert.deepEqual(forward.errors, []);
    }
  },
};
