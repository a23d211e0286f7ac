import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { type Socket } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { silentLogger } from "../base/index.ts";
import { createPod, podIs } from "../cluster/streams/testing/real-pods.ts";
import { type LentKube, sharedNode, testNamespace } from "../../test/kube/index.ts";
import { openRealServer, type RealServer } from "./testing/real-server.ts";

type Setting = Readonly<{
  kube: LentKube;
  /** With mutations on, and without. */
  server: RealServer;
  careful: RealServer;
  namespace: string;
  lines: readonly Readonly<Record<string, unknown>>[];
}>;

describe("acting through a server on a real node", () => {
  it("does what the configuration allows, and logs it", async (t) => {
    const kube = await sharedNode(t);
    if (kube === undefined) return;
    const namespace = await testNamespace(t, kube);
    await createPod(kube, namespace, { file: "pod-running.yaml" });
    await podIs(kube, { namespace, pod: "box", state: "condition=Ready" });
    const lines: Record<string, unknown>[] = [];
    const log = { ...silentLogger, warn: (fields: object) => void lines.push({ ...fields }) };
    const server = await openRealServer(t, { real: kube }, { enableMutations: true, log });
    const careful = await openRealServer(t, { real: kube });
    for (const [name, run] of Object.entries(parts))
      await t.test(name, (t) => run({ kube, server, careful, namespace, lines }, t));
  });
});

type Answer = Readonly<{
  data: Readonly<Record<string, never>> | null;
  errors?: readonly { extensions: { code: string } }[];
}>;

async function ask({ server }: Setting, query: string, variables: object = {}): Promise<Answer> {
  return (await (await server.post("/graphql", { query, variables })).json()) as Answer;
}

/** Leaves HTTP for the pod's port; the connection, or the status and code of the refusal. */
async function forward(server: RealServer, query: string): Promise<Socket | string> {
  const asked = request(`${server.address}/api/port-forward?${query}`, {
    headers: { authorization: `Bearer ${server.token}`, connection: "Upgrade", upgrade: "heddle-tcp" },
  });
  const { promise, resolve, reject } = Promise.withResolvers<Socket | string>();
  asked.once("upgrade", (_response, socket: Socket) => resolve(socket));
  asked.once("response", (response) => {
    response.toArray().then((pieces) => {
      const { error } = JSON.parse(Buffer.concat(pieces as Buffer[]).toString()) as { error: { code: string } };
      resolve(`${response.statusCode} ${error.code}`);
    }, reject);
  });
  asked.once("error", reject);
  asked.end();
  return promise;
}

const parts: Readonly<Record<string, (setting: Setting, t: TestContext) => Promise<void>>> = {
  async "applies, patches and deletes objects"(setting) {
    const { kube, namespace, lines } = setting;
    const object = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { namespace, name: "made" },
      data: { a: "s3cret" },
    };
    const apply = `mutation ($object: JSON!) { applyResource(cluster: "real", object: $object) { id attributes } }`;
    const applied = await ask(setting, apply, { object });
    assert.equal(applied.errors, undefined);
    assert.equal(
      (applied.data?.["applyResource"] as { id: string } | undefined)?.id,
      `real/core/ConfigMap/${namespace}/made`,
    );
    const named = `cluster: "real", kind: "cm", namespace: "${namespace}", name: "made"`;
    await ask(setting, `mutation { patchResource(${named}, patch: { data: { b: "two" } }) { id } }`);
    const { data } = JSON.parse(await kube.kubectl(["get", "cm", "made", "-n", namespace, "-o", "json"])) as {
      data: object;
    };
    assert.deepEqual(data, { a: "s3cret", b: "two" });
    assert.equal((await ask(setting, `mutation { deleteResource(${named}) }`)).data?.["deleteResource"], true);
    assert.equal((await ask(setting, `mutation { deleteResource(${named}) }`)).data?.["deleteResource"], false);
    const told = lines.map(({ action, name, result }) => `${String(action)} ${String(name)} ${String(result)}`);
    assert.deepEqual(told, ["apply made done", "patch made done", "delete made done", "delete made done"]);
    assert.doesNotMatch(JSON.stringify(lines), /s3cret/);
  },

  async "hands the API server's refusals on"(setting) {
    const { namespace } = setting;
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace, name: "BAD" } };
    const answer = await ask(
      setting,
      `mutation ($object: JSON!) { applyResource(cluster: "real", object: $object) { id } }`,
      { object },
    );
    assert.deepEqual(
      answer.errors?.map(({ extensions }) => extensions.code),
      ["HEDDLE_CLUSTER_INVALID"],
    );
  },

  async "runs a command and answers what it said"(setting) {
    const { namespace } = setting;
    const run = (script: string, more = "") =>
      ask(
        setting,
        `mutation ($command: [String!]!) { exec(cluster: "real", namespace: "${namespace}", pod: "box", command: $command ${more}) { stdout stderr exitCode cut } }`,
        { command: ["sh", "-c", script] },
      );
    assert.deepEqual((await run("echo out; echo err >&2; exit 3")).data?.["exec"], {
      stdout: "out\n",
      stderr: "err\n",
      exitCode: 3,
      cut: false,
    });
    const long = (await run("head -c 3000000 /dev/zero | tr '\\0' x")).data?.["exec"] as unknown as {
      stdout: string;
      cut: boolean;
    };
    assert.deepEqual([long.stdout.length, long.cut], [1024 * 1024, true]);
    const late = await run("sleep 60", "timeoutSeconds: 1");
    assert.deepEqual(
      late.errors?.map(({ extensions }) => extensions.code),
      ["HEDDLE_SERVER_EXEC_TIMEOUT"],
    );
  },

  async "forwards a port as raw bytes"({ server, namespace }) {
    const socket = await forward(server, `cluster=real&namespace=${namespace}&pod=box&port=8080`);
    assert.ok(typeof socket !== "string", String(socket));
    socket.write("GET /big HTTP/1.0\r\n\r\n");
    const bytes = ((await socket.toArray()) as Buffer[]).reduce((sum, { length }) => sum + length, 0);
    assert.ok(bytes > 10_000_000, `${bytes} bytes came`);
    socket.destroy();
    const refused = await forward(server, `cluster=real&namespace=${namespace}&pod=nobody&port=8080`);
    assert.equal(refused, "404 HEDDLE_CLUSTER_NOT_FOUND");
  },

  async "closes a forwarded port when the server stops"({ kube, namespace }, t) {
    const server = await openRealServer(t, { real: kube }, { enableMutations: true });
    const socket = await forward(server, `cluster=real&namespace=${namespace}&pod=box&port=9000`);
    assert.ok(typeof socket !== "string", String(socket));
    socket.on("error", () => {});
    socket.write("hello");
    await once(socket, "data");
    const closed = new Promise((resolve) => socket.resume().once("close", resolve));
    await server[Symbol.asyncDispose]();
    // What listens in the pod never hangs up.
    await closed;
  },

  async "refuses all of it while mutations are off"({ careful, namespace }) {
    const query = `mutation { exec(cluster: "real", namespace: "${namespace}", pod: "box", command: ["true"]) { exitCode } }`;
    const answer = await careful.post("/graphql", { query });
    const { errors } = (await answer.json()) as Answer;
    assert.deepEqual([answer.status, errors?.[0]?.extensions.code], [403, "HEDDLE_SERVER_MUTATIONS_DISABLED"]);
    const refused = await forward(careful, `cluster=real&namespace=${namespace}&pod=box&port=8080`);
    assert.equal(refused, "403 HEDDLE_SERVER_MUTATIONS_DISABLED");
  },
};
