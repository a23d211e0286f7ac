import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { type KubeObject } from "../object.ts";
import { statusOf } from "./status-of.ts";

const folder = new URL("testdata/", import.meta.url);
const read = (name: string): KubeObject => parse(readFileSync(new URL(`${name}.yaml`, folder), "utf8")) as KubeObject;

type Expected = readonly [word: string, healthy: boolean | "progressing", reason: string];

const keep = "deletion waits for heddle.dev/keep";
const cases: Readonly<Record<string, Expected>> = {
  "pod-running": ["Running", true, ""],
  "pod-unready": ["Running", "progressing", "containers with unready status: [web]"],
  "pod-crash-loop-back-off": [
    "CrashLoopBackOff",
    false,
    "container web: back-off 5m0s restarting failed container=web pod=web-1_default",
  ],
  "pod-image-pull-back-off": ["ImagePullBackOff", false, 'container web: Back-off pulling image "no-such-image:1"'],
  "pod-container-creating": ["ContainerCreating", "progressing", "container web is ContainerCreating"],
  "pod-pending": ["Pending", "progressing", ""],
  "pod-unschedulable": ["Pending", false, "0/3 nodes are available: 3 Insufficient cpu."],
  "pod-scheduling-gated": ["SchedulingGated", "progressing", "Scheduling is blocked due to non-empty scheduling gates"],
  "pod-init-first-of-two": ["Init:0/2", "progressing", "init container fetch is running"],
  "pod-init-second-of-two": ["Init:1/2", "progressing", "init container unpack has not started"],
  "pod-init-crash-loop-back-off": [
    "Init:CrashLoopBackOff",
    false,
    "container fetch: back-off 1m20s restarting failed container=fetch",
  ],
  "pod-init-error": ["Init:Error", false, "container fetch ended with 2: no route to host"],
  "pod-init-signal": ["Init:Signal:9", false, "container fetch ended with 137"],
  "pod-pod-initializing": ["PodInitializing", "progressing", "container web is PodInitializing"],
  "pod-sidecar-running": ["Running", true, ""],
  "pod-completed": ["Completed", true, ""],
  "pod-not-ready": ["NotReady", "progressing", "containers with unready status: [web]"],
  "pod-error": ["Error", false, "container web ended with 3"],
  "pod-exit-code": ["ExitCode:3", false, "container web ended with 3"],
  "pod-signal": ["Signal:9", false, "container web ended with 137"],
  "pod-oom-killed": ["OOMKilled", false, "container web ended with 137"],
  "pod-evicted": ["Evicted", false, "The node was low on resource: memory."],
  "pod-terminating": ["Terminating", "progressing", keep],
  "pod-unknown": ["Unknown", false, "Node node-9 which was running pod unknown is unresponsive"],

  "node-ready": ["Ready", true, ""],
  "node-scheduling-disabled": ["Ready,SchedulingDisabled", true, "cordoned: takes no new pods"],
  "node-memory-pressure": ["Ready", false, "kubelet has insufficient memory available"],
  "node-not-ready": ["NotReady", false, "Kubelet stopped posting node status."],
  "node-unknown": ["Unknown", "progressing", "the kubelet has not told its state yet"],

  "namespace-active": ["Active", true, ""],
  "namespace-terminating": [
    "Terminating",
    "progressing",
    "Some content in the namespace has finalizers remaining: heddle.dev/keep in 1 resource instances",
  ],
  "namespace-stuck": ["Terminating", false, "Discovery failed for some groups, 1 failing: metrics.k8s.io/v1beta1"],

  "deployment-available": ["Available", true, ""],
  "deployment-progressing": ["Progressing", "progressing", "1 of 3 replicas are updated"],
  "deployment-old-replicas": ["Progressing", "progressing", "2 old replicas are still to end"],
  "deployment-unavailable": ["Progressing", "progressing", "1 of 3 replicas are available"],
  "deployment-unobserved": ["Progressing", "progressing", "the controller has not seen the latest spec yet"],
  "deployment-progress-deadline-exceeded": [
    "ProgressDeadlineExceeded",
    false,
    'ReplicaSet "web-1" has timed out progressing.',
  ],
  "deployment-replica-failure": ["ReplicaFailure", false, 'pods "web-1" is forbidden: exceeded quota'],
  "deployment-paused": ["Paused", true, "the roll-out is paused"],
  "deployment-scaled-to-zero": ["ScaledToZero", true, "no replicas are wanted"],
  "replica-set-available": ["Available", true, ""],
  "replica-set-progressing": ["Progressing", "progressing", "1 of 2 replicas are available"],
  "replica-set-failure": ["ReplicaFailure", false, "exceeded quota"],
  "stateful-set-available": ["Available", true, ""],
  "stateful-set-progressing": ["Progressing", "progressing", "1 of 3 replicas are updated"],
  "stateful-set-partitioned": ["Available", true, ""],
  "stateful-set-on-delete": ["Available", true, ""],
  "stateful-set-unavailable": ["Progressing", "progressing", "2 of 3 replicas are available"],
  "daemon-set-available": ["Available", true, ""],
  "daemon-set-progressing": ["Progressing", "progressing", "1 of 3 replicas are updated"],
  "job-running": ["Running", "progressing", "2 active, 1 succeeded"],
  "job-complete": ["Complete", true, ""],
  "job-failed": ["Failed", false, "Job has reached the specified backoff limit"],
  "job-suspended": ["Suspended", "progressing", "Job suspended"],
  "cron-job-scheduled": ["Scheduled", true, ""],
  "cron-job-active": ["Active", true, "1 job runs"],
  "cron-job-suspended": ["Suspended", true, "starts no jobs until it is resumed"],

  "service-active": ["Active", true, ""],
  "service-pending": ["Pending", "progressing", "no load balancer has given it an address yet"],
  "service-load-balanced": ["Active", true, ""],
  "persistent-volume-claim-bound": ["Bound", true, ""],
  "persistent-volume-claim-pending": ["Pending", "progressing", "waiting for a volume"],
  "persistent-volume-claim-lost": ["Lost", false, "its volume does not exist any more"],
  "persistent-volume-claim-terminating": [
    "Terminating",
    "progressing",
    "deletion waits for kubernetes.io/pvc-protection",
  ],
  "persistent-volume-available": ["Available", true, ""],
  "persistent-volume-released": ["Released", true, "its claim is gone; it is not free for another"],
  "persistent-volume-failed": ["Failed", false, "host_path deleter only supports /tmp"],
  "horizontal-pod-autoscaler-active": ["Active", true, ""],
  "horizontal-pod-autoscaler-limited": [
    "Limited",
    true,
    "the desired replica count is more than the maximum replica count",
  ],
  "horizontal-pod-autoscaler-inactive": ["Inactive", false, "no external metrics API is registered"],
  "horizontal-pod-autoscaler-unable": ["Unable", false, 'deployments.apps "gone" not found'],
  "pod-disruption-budget-sufficient": ["SufficientPods", true, ""],
  "pod-disruption-budget-insufficient": ["InsufficientPods", false, "1 healthy pods, 3 wanted"],
  "pod-disruption-budget-no-disruption-allowed": ["NoDisruptionAllowed", true, "3 healthy pods, 3 wanted"],
  "custom-resource-definition-established": ["Established", true, ""],
  "custom-resource-definition-names-not-accepted": ["NamesNotAccepted", false, '"Loom" is already in use'],
  "custom-resource-definition-terminating": [
    "Terminating",
    "progressing",
    "deletion waits for customresourcecleanup.apiextensions.k8s.io",
  ],
  "api-service-available": ["True", true, ""],
  "api-service-unavailable": [
    "False (ServiceNotFound)",
    false,
    'service/metrics-server in "kube-system" is not present',
  ],
  "certificate-signing-request-pending": ["Pending", "progressing", "waiting for approval"],
  "certificate-signing-request-issued": ["Approved,Issued", true, ""],
  "certificate-signing-request-denied": ["Denied", false, "not one of our nodes"],
  "resource-claim-pending": ["pending", "progressing", ""],
  "resource-claim-reserved": ["allocated,reserved", true, ""],

  "generic-present": ["Present", true, ""],
  "generic-ready": ["Ready", true, ""],
  "generic-not-ready": ["NotReady", false, 'secret "tls" not found'],
  "generic-issuing": ["NotReady", "progressing", "no certificate yet"],
  "generic-reconciling": ["Reconciling", "progressing", "the latest spec was not seen yet"],
  "generic-stalled": ["Stalled", false, "spec.threads is negative"],
  "generic-phase-failed": ["Failed", false, "out of yarn"],
  "generic-phase-unheard-of": ["Weaving", "progressing", ""],
  "generic-terminating": ["Terminating", "progressing", "deletion waits for example.com/unweave"],
};

describe("statusOf", () => {
  for (const [name, [word, healthy, reason]] of Object.entries(cases)) {
    it(`says "${word}" of ${name}`, () => {
      assert.deepEqual(statusOf(read(name)), { word, reason, healthy });
    });
  }

  it("has a case for every object in testdata", () => {
    const files = readdirSync(folder).map((file) => file.replace(".yaml", ""));
    assert.deepEqual(files.sort(), Object.keys(cases).sort());
  });

  it("says something of an object without a status", () => {
    for (const name of Object.keys(cases)) {
      const { status, ...rest } = read(name);
      const said = statusOf(rest as KubeObject);
      assert.equal(typeof said.word, "string", `${name}, whose status was ${typeof status}`);
      assert.doesNotMatch(`${said.word} ${said.reason}`, /undefined|NaN/);
    }
  });
});
