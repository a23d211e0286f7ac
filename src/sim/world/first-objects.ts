import { between, type Random } from "../../base/index.ts";
import { type JsonObject, type KubeObject } from "../../model/index.ts";

const applications = [
  "web",
  "api",
  "checkout",
  "search",
  "payments",
  "catalog",
  "auth",
  "mail",
  "reports",
  "images",
] as const;
const images: Readonly<Record<string, string>> = {
  web: "registry.example.com/shop/web:2.4.1",
  api: "registry.example.com/shop/api:1.19.0",
};

/** One of a list, by chance. */
export const pick = <T>(random: Random, list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];

export const node = (name: string, ready: boolean): KubeObject => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: {
    name,
    labels: { "kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "node-role.kubernetes.io/worker": "" },
  },
  spec: {},
  status: {
    capacity: { cpu: "8", memory: "32Gi", pods: "110" },
    allocatable: { cpu: "7800m", memory: "30Gi", pods: "110" },
    conditions: [
      { type: "Ready", status: ready ? "True" : "False", reason: ready ? "KubeletReady" : "KubeletNotReady" },
    ],
    nodeInfo: {
      kubeletVersion: "v1.34.4",
      osImage: "Debian GNU/Linux 12",
      kernelVersion: "6.18.0",
      containerRuntimeVersion: "containerd://2.1.4",
    },
    addresses: [
      { type: "InternalIP", address: "10.0.0.1" },
      { type: "Hostname", address: name },
    ],
  },
});

const podTemplate = (app: string): JsonObject => ({
  metadata: { labels: { app, "app.kubernetes.io/part-of": "shop" } },
  spec: {
    containers: [
      {
        name: app,
        image: images[app] ?? `registry.example.com/shop/${app}:1.0.0`,
        ports: [{ containerPort: 8080, name: "http" }],
        resources: { requests: { cpu: "100m", memory: "128Mi" } },
        envFrom: [{ configMapRef: { name: `${app}-settings` } }],
        env: [{ name: "TOKEN", valueFrom: { secretKeyRef: { name: `${app}-token`, key: "token" } } }],
      },
    ],
  },
});

/** A deployment with what belongs to it: service, settings, token, budget. */
export function application(namespace: string, app: string, replicas: number): readonly KubeObject[] {
  const metadata = { namespace, name: app, labels: { app } };
  return [
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { ...metadata, name: `${app}-settings` },
      data: { LOG_LEVEL: "info" },
    },
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { ...metadata, name: `${app}-token` },
      stringData: { token: "simulated" },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: {
        type: "ClusterIP",
        clusterIP: "10.96.0.10",
        selector: { app },
        ports: [{ name: "http", port: 80, targetPort: 8080 }],
      },
    },
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata,
      spec: { minAvailable: 1, selector: { matchLabels: { app } } },
    },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: { replicas, selector: { matchLabels: { app } }, template: podTemplate(app) },
    },
  ];
}

/** What a cluster of so many pods begins with. */
export function firstObjects(random: Random, pods: number): readonly KubeObject[] {
  const nodes = Array.from({ length: Math.max(3, Math.ceil(pods / 60)) }, (_, index) =>
    node(`node-${index + 1}`, true),
  );
  const namespaces = Array.from({ length: Math.max(1, Math.ceil(pods / 200)) }, (_, index) =>
    index === 0 ? "shop" : `shop-${index + 1}`,
  );
  const objects: KubeObject[] = [...nodes, ...systemObjects()];
  let left = pods - nodes.length - 1;
  for (const namespace of namespaces) {
    objects.push({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    const share = Math.max(applications.length, Math.ceil(pods / namespaces.length));
    for (const app of applications) {
      if (left <= 0) break;
      const replicas = Math.min(
        left,
        Math.max(1, Math.round((share / applications.length) * between(random, 0.5, 1.5))),
      );
      left -= replicas;
      objects.push(...application(namespace, app, replicas));
    }
  }
  return [...objects, ingress()];
}

const systemObjects = (): readonly KubeObject[] => [
  {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { namespace: "kube-system", name: "node-agent", labels: { app: "node-agent" } },
    spec: {
      selector: { matchLabels: { app: "node-agent" } },
      template: {
        metadata: { labels: { app: "node-agent" } },
        spec: { containers: [{ name: "agent", image: "registry.example.com/system/agent:0.9.2" }] },
      },
    },
  },
  {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { namespace: "kube-system", name: "store", labels: { app: "store" } },
    spec: {
      replicas: 1,
      serviceName: "store",
      selector: { matchLabels: { app: "store" } },
      template: {
        metadata: { labels: { app: "store" } },
        spec: { containers: [{ name: "store", image: "registry.example.com/system/store:3.1.0" }] },
      },
    },
  },
];

const ingress = (): KubeObject => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "Ingress",
  metadata: { namespace: "shop", name: "shop" },
  spec: {
    ingressClassName: "nginx",
    rules: [
      {
        host: "shop.example.com",
        http: {
          paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: "web", port: { name: "http" } } } }],
        },
      },
    ],
  },
});
