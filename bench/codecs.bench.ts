import { Bench as Suite } from "tinybench";
import { createLineSplitter } from "../src/cluster/follow/line-splitter.ts";
import { parseWatchEvent } from "../src/cluster/follow/watch-events.ts";
import { pruneObject } from "../src/inventory/ingest/prune.ts";
import { parseFieldSelector } from "../src/model/select/field-selector.ts";
import { labelsMatch, parseLabelSelector } from "../src/model/select/label-selector.ts";
import {
  type JsonObject,
  type JsonValue,
  type KubeObject,
  objectAt,
  statusOf,
  summarizePod,
} from "../src/model/index.ts";
import { podResource } from "./cluster.ts";
import { type Bench } from "./model.ts";
import { type BenchPod, podsOf } from "./pods.ts";

const count = 500;
const chunkBytes = 16 * 1024;
const labelText = "app.kubernetes.io/part-of=shop,team in (team-1,team-3),!canary";
const fieldText = "metadata.namespace=default,status.phase!=Running";

/** The pure steps that every object passes, one at a time: µs of each for a pod of 2.6 KB. */
export const benchCodecs: Bench = async ({ signal, say }) => {
  const pods = podsOf(count).map(managed);
  const lines = pods.map((object) => JSON.stringify({ type: "ADDED", object }));
  const stream = Buffer.from(`${lines.join("\n")}\n`);
  const chunks = Array.from({ length: Math.ceil(stream.length / chunkBytes) }, (_, index) =>
    stream.subarray(index * chunkBytes, (index + 1) * chunkBytes),
  );
  const selector = parseLabelSelector(labelText);
  const perPod: Readonly<Record<string, (pod: KubeObject, line: string) => unknown>> = {
    "a line of a watch parsed and checked": (_, line) => parseWatchEvent(line, podResource),
    "JSON.parse of it alone": (_, line) => JSON.parse(line),
    "pruned, managedFields to a digest": (pod) => pruneObject(pod),
    "status in one word": (pod) => statusOf(pod),
    "a pod's columns": (pod) => summarizePod(pod),
    "labels matched with a selector of three": ({ metadata }) => labelsMatch(selector, metadata.labels ?? {}),
  };
  const suite = new Suite({ time: 500, warmupTime: 200, signal });
  suite.add("split", () => {
    const splitter = createLineSplitter(2 ** 24);
    let found = 0;
    for (const chunk of chunks) found += splitter.push(chunk).length;
    if (found !== count) throw new Error(`${found} lines of ${count}`);
  });
  suite.add("label selector", () => void parseLabelSelector(labelText));
  suite.add("field selector", () => void parseFieldSelector(fieldText));
  for (const [name, work] of Object.entries(perPod))
    suite.add(name, () => {
      for (const [index, pod] of pods.entries()) work(pod, lines[index] ?? "");
    });
  await suite.run();
  const medianUs = (name: string): number => {
    const result = suite.getTask(name)?.result;
    if (result === undefined || !("latency" in result)) throw new Error(`"${name}" did not run to its end`);
    return result.latency.p50 * 1_000;
  };
  say(`${count} pods of ${Math.round(stream.length / count)} bytes a line, medians`);
  return {
    name: "codecs",
    command: "npm run bench -- codecs",
    figures: [
      { label: "lines split from chunks of 16 KiB", value: stream.length / medianUs("split"), unit: "MB/s" },
      { label: "a label selector of three terms parsed", value: medianUs("label selector"), unit: "µs" },
      { label: "a field selector of two terms parsed", value: medianUs("field selector"), unit: "µs" },
      ...Object.keys(perPod).map((name) => ({ label: `${name}, a pod`, value: medianUs(name) / count, unit: "µs" })),
    ],
  };
};

/** As the API server gives it: with who set which fields. */
const managed = (pod: BenchPod, index: number): KubeObject => ({
  ...pod,
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    ...pod.metadata,
    uid: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
    resourceVersion: String(1_000 + index),
    managedFields: [
      {
        manager: "kube-controller-manager",
        operation: "Update",
        apiVersion: "v1",
        time: "2026-01-01T00:00:00Z",
        fieldsType: "FieldsV1",
        fieldsV1: { "f:metadata": fieldsOf(pod.metadata), "f:spec": fieldsOf(pod["spec"]) },
      },
    ],
  },
});

const fieldsOf = (object: JsonValue | undefined): JsonObject =>
  Object.fromEntries(Object.keys(objectAt(object)).map((key) => [`f:${key}`, {}]));
