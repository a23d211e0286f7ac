import { type TestContext } from "node:test";
import { type HeddleError, silentLogger } from "../../../base/index.ts";
import { type ExecOptions, type PodStreams, stringAt } from "../../../model/index.ts";
import { type KubeCluster, kubeForTest, testNamespace } from "../../../../test/kube/index.ts";
import { type ApiClient } from "../../api-client.ts";
import { createPodStreams } from "../pod-streams.ts";
import { adminClient, collect, createPod, podIs } from "./real-pods.ts";

/** A real node with the pods of testdata in a namespace; the pod "box" is ready. */
export type Setting = Readonly<{ kube: KubeCluster; api: ApiClient; pods: PodStreams; namespace: string }>;
export type Part = (setting: Setting, t: TestContext) => Promise<void>;

/** Starts a real node with these pods of testdata ("pod-NAME.yaml"), "box" of "pod-running.yaml" among them. */
export async function onNode(
  t: TestContext,
  states: readonly string[],
  run: (setting: Setting) => Promise<void>,
): Promise<void> {
  const kube = await kubeForTest(t, { nodes: 1 });
  if (kube === undefined) return;
  await using api = adminClient(kube);
  const namespace = await testNamespace(t, kube);
  await Promise.all(states.map((state) => createPod(kube, namespace, { file: `pod-${state}.yaml` })));
  await podIs(kube, { namespace, pod: "box", state: "condition=Ready" });
  await run({ kube, api, pods: createPodStreams({ api, log: silentLogger }), namespace });
}

/** Runs the parts one after the other. */
export async function runParts(t: TestContext, parts: Readonly<Record<string, Part>>, setting: Setting): Promise<void> {
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
