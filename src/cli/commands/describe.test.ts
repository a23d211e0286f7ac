import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type KubeObject } from "../../model/index.ts";
import { renderFields } from "../describe/field.ts";
import { labelOf } from "../describe/generic.ts";
import { podNeeds } from "../describe/pod-needs.ts";
import { formatQuantity } from "../format/quantity.ts";
import { deployment, pod, secondsAgo } from "../testing/objects.ts";
import { runCli } from "../testing/run-cli.ts";

const event = (name: string, over: Partial<Record<string, unknown>>): KubeObject =>
  ({
    apiVersion: "v1",
    kind: "Event",
    metadata: { name, namespace: "default" },
    involvedObject: { kind: "Pod", name: "web-1", namespace: "default" },
    type: "Normal",
    lastTimestamp: secondsAgo(60),
    ...over,
  }) as KubeObject;

const describeOne = async (line: string, ...objects: readonly KubeObject[]): Promise<string> =>
  (await runCli(`describe ${line}`, [{ info: { id: "east" }, objects }])).stdout;

describe("heddle describe", () => {
  it("tells where a pod is, how it is and why, and what happened to it", async () => {
    const status = {
      phase: "Running",
      hostIP: "192.168.0.1",
      podIPs: [{ ip: "10.0.0.1" }],
      qosClass: "Burstable",
      conditions: [
        {
          type: "Ready",
          status: "False",
          reason: "ContainersNotReady",
          message: "containers with unready status: [web]",
        },
      ],
      containerStatuses: [
        {
          name: "web",
          ready: false,
          restartCount: 3,
          state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 40s" } },
          lastState: { terminated: { exitCode: 137, reason: "OOMKilled", finishedAt: "2026-01-01T00:00:00Z" } },
        },
      ],
    };
    const text = await describeOne(
      "pod web-1",
      pod("web-1", { status, metadata: { labels: { app: "web", tier: "front" } } }),
      event("late", {
        reason: "BackOff",
        message: "Back-off\nrestarting",
        count: 4,
        firstTimestamp: secondsAgo(600),
        type: "Warning",
        source: { component: "kubelet", host: "node-1" },
      }),
      event("early", {
        reason: "Scheduled",
        message: "Assigned",
        lastTimestamp: secondsAgo(900),
        source: { component: "default-scheduler" },
      }),
      event("other", { involvedObject: { kind: "Pod", name: "web-2" }, reason: "Other" }),
    );
    assert.equal(
      text,
      `Cluster:         east
Name:            web-1
Namespace:       default
Node:            node-1/192.168.0.1
Labels:          app=web
                 tier=front
Annotations:     <none>
State:           CrashLoopBackOff (container web: back-off 40s)
IP:              10.0.0.1
Containers:
  web:
    Image:          web:1
    Port:           <none>
    Host Port:      <none>
    State:          Waiting
      Reason:       CrashLoopBackOff
      Message:      back-off 40s
    Last State:     Terminated
      Reason:       OOMKilled
      Exit Code:    137
      Finished:     Thu, 01 Jan 2026 00:00:00 +0000
    Ready:          False
    Restart Count:  3
    Environment:    <none>
    Mounts:         <none>
Conditions:
  Type    Status   Reason               Message
  ----    ------   ------               -------
  Ready   False    ContainersNotReady   containers with unready status: [web]
Volumes:         <none>
QoS Class:       Burstable
Node-Selectors:  <none>
Tolerations:     <none>
Events:
  Type      Reason      Age                 From                Message
  ----      ------      ---                 ----                -------
  Normal    Scheduled   15m                 default-scheduler   Assigned
  Warning   BackOff     60s (x4 over 10m)   kubelet             Back-off restarting
`,
    );
  });

  it("never shows a secret's values", async () => {
    const secret = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: "tls",
        namespace: "default",
        annotations: { "kubectl.kubernetes.io/last-applied-configuration": "c2VjcmV0" },
      },
      type: "Opaque",
      data: { key: Buffer.from("secret").toString("base64") },
    };
    const text = await describeOne("secret tls", secret);
    assert.match(text, /^ {2}key: {2}6 bytes$/m);
    assert.doesNotMatch(text, /secret$|c2VjcmV0/m);
    const { data: _, ...stored } = secret;
    const kept = { info: { id: "east" }, objects: [stored as KubeObject], freshness: { state: "live" } } as const;
    assert.match((await runCli("describe secret tls", [kept])).stdout, /^Data: +<not kept by the server: --live/m);
  });

  it("shows a config map's texts", async () => {
    const map = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "c", namespace: "default" },
      data: { "a.conf": "one\n  two\n" },
    };
    assert.match(await describeOne("cm c", map), /^Data:\n {2}a\.conf:\n {4}one\n {6}two\n/m);
  });

  it("tells a deployment's replica sets, the old ones only while they have replicas", async () => {
    const revision = (value: string) => ({ "deployment.kubernetes.io/revision": value });
    const owned = (name: string, number: string, replicas: number): KubeObject => ({
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: {
        name,
        namespace: "default",
        labels: { app: "web" },
        annotations: revision(number),
        ownerReferences: [{ apiVersion: "apps/v1", kind: "Deployment", name: "web", uid: "u1", controller: true }],
      },
      spec: { replicas },
      status: { replicas },
    });
    const text = await describeOne(
      "deploy web",
      deployment("web", { metadata: { uid: "u1", annotations: revision("3") } }),
      owned("web-1", "1", 0),
      owned("web-2", "2", 1),
      owned("web-3", "3", 2),
    );
    assert.match(text, /^OldReplicaSets: +web-2 \(1\/1 replicas created\)$/m);
    assert.match(text, /^NewReplicaSet: +web-3 \(2\/2 replicas created\)$/m);
    assert.match(text, /^Replicas: +3 desired \| 3 updated \| 3 total \| 3 available \| 0 unavailable$/m);
  });

  it("tells the ready endpoints of a service's port", async () => {
    const slice = (conditions: object, ip: string, name: string): KubeObject => ({
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name, namespace: "default", labels: { "kubernetes.io/service-name": "web" } },
      ports: [{ name: "http", port: 8080 }],
      endpoints: [{ addresses: [ip], conditions: conditions as never }],
    });
    const service = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web", namespace: "default" },
      spec: {
        type: "ClusterIP",
        clusterIPs: ["10.0.0.9"],
        selector: { app: "web" },
        ports: [{ name: "http", port: 80, targetPort: "web" }],
      },
    };
    const text = await describeOne(
      "svc web",
      service,
      slice({ ready: true }, "10.1.0.2", "s1"),
      slice({ ready: false }, "10.1.0.3", "s2"),
      slice({}, "fd00::1", "s3"),
    );
    assert.match(text, /^Port: +http {2}80\/TCP$/m);
    assert.match(text, /^TargetPort: +web\/TCP$/m);
    assert.match(text, /^Endpoints: +10\.1\.0\.2:8080,\[fd00::1\]:8080$/m);
  });

  it("tells how much of a node its pods ask for", async () => {
    const node = {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: "node-1" },
      status: {
        allocatable: { cpu: "4", memory: "8Gi", pods: "110" },
        conditions: [{ type: "Ready", status: "True" }],
      },
    };
    const asking = (name: string, over: object = {}): KubeObject =>
      pod(name, {
        spec: {
          nodeName: "node-1",
          containers: [
            { name: "c", resources: { requests: { cpu: "500m", memory: "1Gi" }, limits: { memory: "2Gi" } } },
          ],
        },
        ...over,
      });
    const text = await describeOne(
      "node node-1",
      node,
      asking("a"),
      asking("b"),
      asking("done", { status: { phase: "Succeeded" } }),
    );
    assert.match(text, /^Non-terminated Pods \(2 in total\):$/m);
    assert.match(text, /^ {2}default {5}a {6}500m \(12%\) {5}0 \(0%\) {7}1Gi \(12%\) {9}2Gi \(25%\) {7}5m$/m);
    assert.match(text, /^ {2}cpu {8}1 \(25%\) {5}0 \(0%\)$/m);
    assert.match(text, /^ {2}memory {5}2Gi \(25%\) {3}4Gi \(50%\)$/m);
  });

  it("describes any other kind by all its fields", async () => {
    const loom = {
      apiVersion: "example.com/v1",
      kind: "Loom",
      metadata: { name: "l", namespace: "default", managedFields: [{ manager: "x" }] },
      spec: { threadCount: 3, clusterIP: "x", items: [{ b: 1, a: 2 }, { a: 3 }], words: ["x", "y"], none: {} },
    };
    const text = await describeOne("loom l", loom);
    assert.match(text, /^Spec:\n {2}Cluster IP: +x\n {2}Items:\n {4}A: +2\n {4}B: +1\n {4}A: +3\n/m);
    assert.match(text, /^ {2}Thread Count: +3$/m);
    assert.match(text, /^ {2}Words:\n {4}x\n {4}y$/m);
    assert.doesNotMatch(text, /manager/i);
    assert.match(text, /^Events: +<none>$/m);
  });

  it("takes the beginning of a name where no object has it", async () => {
    const { stdout, code } = await runCli("describe pod web", [
      { info: { id: "east" }, objects: [pod("web-1"), pod("db-0")] },
      { info: { id: "west" }, objects: [pod("web-2")] },
    ]);
    assert.deepEqual(
      stdout.match(/^(Cluster|Name): +.*$/gm)?.map((line) => line.split(/: +/)[1]),
      ["east", "web-1", "west", "web-2"],
    );
    assert.equal(code, 0);
    const none = await runCli("describe pod cache", [{ info: { id: "east" }, objects: [pod("web-1")] }]);
    assert.deepEqual([none.stdout, none.code], ["", 1]);
    assert.match(none.stderr, /pods "cache" not found \(cluster east\)/);
  });
});

describe("the layout of descriptions", () => {
  it("aligns the values of a group, nested groups by themselves", () => {
    const nested = {
      fields: [
        { label: "Much Longer", value: "3" },
        { label: "B", value: ["4", "5"] },
      ],
    };
    assert.equal(
      renderFields([
        { label: "A", value: "1" },
        { label: "Longer", value: "2\n3" },
        { label: "Group", value: nested },
      ]),
      "A:       1\nLonger:  2\n         3\nGroup:\n  Much Longer:  3\n  B:            4\n                5\n",
    );
  });

  it("never lets a value move the cursor or begin a line of its own", () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const text = renderFields([
          { label: "A", value },
          { label: "B", value: "x" },
        ]);
        // oxlint-disable-next-line no-control-regex -- control characters are what this is about
        assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f]/);
        assert.match(text, /\nB: {2}x\n$/);
      }),
    );
  });

  it("makes words of field names", () => {
    const labels = {
      lastTransitionTime: "Last Transition Time",
      clusterIP: "Cluster IP",
      podCIDRs: "Pod CIDRs",
      uid: "UID",
      "app.kubernetes.io/x": "app.kubernetes.io/x",
    };
    for (const [key, label] of Object.entries(labels)) assert.equal(labelOf(key), label);
  });
});

describe("a pod's needs", () => {
  const container = (cpu: string, over: object = {}) => ({ name: cpu, resources: { requests: { cpu } }, ...over });
  const cpu = (spec: object): string => {
    const amount = podNeeds(pod("p", { spec: spec as never })).requests.get("cpu");
    return amount === undefined ? "none" : formatQuantity(amount);
  };

  it("are those of its containers together, or of the neediest init container", () => {
    assert.equal(cpu({ containers: [container("100m"), container("200m")] }), "300m");
    assert.equal(cpu({ containers: [container("100m")], initContainers: [container("50m"), container("1")] }), "1");
    assert.equal(cpu({ containers: [{ name: "x" }] }), "none");
  });

  it("count sidecars with the containers, and with the init containers after them", () => {
    const sidecar = container("500m", { restartPolicy: "Always" });
    assert.equal(cpu({ containers: [container("100m")], initContainers: [sidecar] }), "600m");
    assert.equal(cpu({ containers: [container("100m")], initContainers: [sidecar, container("1")] }), "1500m");
    assert.equal(cpu({ containers: [container("100m")], overhead: { cpu: "10m" } }), "110m");
  });
});
