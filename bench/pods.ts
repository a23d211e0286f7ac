import { type JsonObject } from "../src/model/index.ts";

export type BenchPod = JsonObject & Readonly<{ metadata: Readonly<{ name: string }> & JsonObject; status: JsonObject }>;

/** `count` pods of about 2.6 KB each, as a Deployment's pods look on a busy cluster; the same on each call. */
export const podsOf = (count: number): BenchPod[] => Array.from({ length: count }, (_, index) => podOf(index));

function podOf(index: number): BenchPod {
  const app = `service-${index % 50}`;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `${app}-5d4f8c7b9-${index.toString(36).padStart(5, "0")}`,
      namespace: "default",
      labels: {
        app,
        "app.kubernetes.io/name": app,
        "app.kubernetes.io/part-of": "shop",
        "pod-template-hash": "5d4f8c7b9",
        team: `team-${index % 7}`,
      },
      annotations: {
        "prometheus.io/scrape": "true",
        "prometheus.io/port": "9090",
        "kubectl.kubernetes.io/restartedAt": "2026-01-01T00:00:00Z",
      },
    },
    spec: {
      nodeName: `node-${index % 20}`,
      serviceAccountName: "default",
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 30,
      containers: [
        containerOf(app),
        { ...containerOf("proxy"), args: ["--listen=0.0.0.0:15001", `--service=${app}`, "--log=info"] },
      ],
      tolerations: [
        { key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 },
        { key: "node.kubernetes.io/unreachable", operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 },
      ],
    },
    status: statusOf(index, app),
  };
}

const containerOf = (name: string): JsonObject => ({
  name,
  image: `example.test/shop/${name}:1.42.0`,
  ports: [{ name: "http", containerPort: 8080 }],
  env: [
    { name: "LOG_LEVEL", value: "info" },
    { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
  ],
  resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "256Mi" } },
  readinessProbe: { httpGet: { path: "/healthz", port: "http" }, periodSeconds: 10 },
});

function statusOf(index: number, app: string): JsonObject {
  const since = "2026-01-01T00:00:00Z";
  const crashing = index % 97 === 0;
  const condition = (type: string, ok: boolean): JsonObject => ({
    type,
    status: ok ? "True" : "False",
    lastTransitionTime: since,
  });
  const container = (name: string): JsonObject => ({
    name,
    image: `example.test/shop/${name}:1.42.0`,
    imageID: `example.test/shop/${name}@sha256:${"0123456789abcdef".repeat(4)}`,
    containerID: `containerd://${index.toString(16).padStart(64, "0")}`,
    ready: !crashing,
    started: !crashing,
    restartCount: crashing ? 12 : 0,
    state: crashing
      ? { waiting: { reason: "CrashLoopBackOff", message: "back-off 5m0s restarting failed container" } }
      : { running: { startedAt: since } },
  });
  return {
    phase: "Running",
    hostIP: `192.0.2.${index % 20}`,
    podIP: `10.244.${index % 20}.${(index >> 5) % 250}`,
    startTime: since,
    qosClass: "Burstable",
    conditions: [
      condition("PodScheduled", true),
      condition("Initialized", true),
      condition("ContainersReady", !crashing),
      condition("Ready", !crashing),
    ],
    containerStatuses: [container(app), container("proxy")],
  };
}
