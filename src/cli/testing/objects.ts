import { type JsonObject, type KubeObject } from "../../model/index.ts";
import { testNowMs } from "./run-cli.ts";

/** RFC 3339 of a moment this many seconds before the tests' time. */
export const secondsAgo = (seconds: number): string => new Date(testNowMs - seconds * 1000).toISOString();

type Over = JsonObject & { readonly metadata?: JsonObject };

const metadataOf = (name: string, over: Over): KubeObject["metadata"] => ({
  namespace: "default",
  creationTimestamp: secondsAgo(300),
  ...over.metadata,
  name,
});

/** A running pod with one ready container; `over` replaces top-level fields and those of metadata. */
export const pod = (name: string, over: Over = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  spec: { containers: [{ name: "web", image: "web:1" }], nodeName: "node-1" },
  status: {
    phase: "Running",
    podIPs: [{ ip: "10.0.0.1" }],
    conditions: [{ type: "Ready", status: "True" }],
    containerStatuses: [{ name: "web", ready: true, restartCount: 0, state: { running: {} } }],
  },
  ...over,
  metadata: metadataOf(name, over),
});

/** A deployment of three available replicas that selects app=<name>. */
export const deployment = (name: string, over: Over = {}): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: "web", image: "web:1" }] } },
  },
  status: { replicas: 3, readyReplicas: 3, updatedReplicas: 3, availableReplicas: 3 },
  ...over,
  metadata: metadataOf(name, over),
});
