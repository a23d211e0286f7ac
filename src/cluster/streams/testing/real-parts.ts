import { type TestContext } from "node:test";
import { type HeddleError, silentLogger } from "../../../base/index.ts";
import { type ExecOptions, type PodStreams, stringAt } from "../../../model/index.ts";
import { type LentKube, testNamespace } from "../../../../test/kube/index.ts";
import { type ApiClient } from "../../api-client.ts";
import { createPodStreams } from "../pod-streams.ts";
import { adminClient, collect, createPod, podIs } from "./real-pods.ts";

/** A real node with the pods of testdata in a namespace; the pod "box" is ready. */
export type Setting<K extends LentKube = LentKube> = Readonly<{
  kube: K;
  api: ApiClient;
  pods: PodStreams;
  namespace: string;
}>;
export type Part<K extends LentKube = LentKube> = (setting: Setting<K>, t: TestContext) => Promise<void>;

type Wanted<K extends LentKube> = Readonly<{
  kube: K | undefined;
  /** Pods of testdata ("pod-NAME.yaml"), "box" of "pod-running.yaml" among them. */
  states: readonly string[];
}>;

/** Makes the pods on this cluster's node. */
export async function onNode<K extends LentKube>(
  t: TestContext,
  { kube, states }: Wanted<K>,
  run: (setting: Setting<K>) => Promise<void>,
): Promise<void> {
  if (kube === undefined) return;
  await using api = adminClient(kube);
  const namespace = await testNamespace(t, kube);
  await Promise.all(states.map((state) => createPod(kube, namespace, { file: `pod-${state}.yaml` })));
  await podIs(kube, { namespace, pod: "box", state: "condition=Ready" });
  for (const pod of ["waiting", "shell"].filter((state) => states.includes(state)))
    await podIs(kube, { namespace, pod, state: settled[pod] ?? "" });
  await run({ kube, api, pods: createPodStreams({ api, log: silentLogger }), namespace });
}

/** What their pods are when they are as their file says: a kubelet that has others to start is later than "box". */
const settled: Readonly<Record<string, string>> = {
  waiting: "jsonpath={.status.containerStatuses[0].state.waiting.reason}=PodInitializing",
  shell: "condition=Ready",
};

/** Runs the parts one after the other. */
export async function runParts<K extends LentKube>(
  t: TestContext,
  parts: Readonly<Record<string, Part<K>>>,
  setting: Setting<K>,
): Promise<void> {
  for (const [name, run] of Object.entries(parts)) await t.test(name, (t) => run(setting, t));
}

/** The container that most parts run their commands in. */
export const box = ({ namespace }: Setting) => ({ namespace, pod: "box", container: "app" });

/** Runs a command in the box and keeps what it says. */
export async function outputOf(setting: Setting, options: Partial<ExecOptions> & Pick<ExecOptions, "command">) {
  const [stdout, stderr] = [collect(), collect()];
  const { exitCode } = await setting.pods.exec(box(setting), { stdout, stderr, ...options });
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}

/** A word of the Status that an error carries. */
export const statusOf = (error: HeddleError, ...path: readonly string[]): string | undefined =>
  stringAt(error.details as Parameters<typeof stringAt>[0], "status", ...path);
