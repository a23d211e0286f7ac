import { type JsonObject, type KubeObject } from "../../model/index.ts";
import { testNowMs } from "./run-cli.ts";

/** RFC 3339 of a moment this many seconds before the tests' time. */
export const secondsAgo = (seconds: number): string => new Date(testNowMs - seconds * 1000).toISOString();

/** A running pod with one ready container; `over` replaces top-level fields. */
export function pod(name: string, over: JsonObject & { metadata?: JsonObject } = {}): KubeObject {
  const { metadata, ...rest } = over;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace: "default", creationTimestamp: secondsAgo(300), ...metadata, name },
    spec: { containers: [{ name: "web", image: "web:1" }], nodeName: "node-1" },
    status: {
      phase: "Running",
      podIPs: [{ ip: "10.0.0.1" }],
      conditions: [{ type: "Ready", status: "True" }],
      containerStatuses: [{ name: "web", ready: true, restartCount: 0, state: { running: {} } }],
    },
    ...rest,
  };
}
