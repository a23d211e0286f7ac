import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HeddleError } from "../../base/index.ts";
import { explainPodFailure, type PodFailure, podFailureOf } from "./pod-failures.ts";

const target = { namespace: "default", pod: "web", container: "app" };

const withStatus = (message: string): HeddleError =>
  new HeddleError(`GET …: ${message} (BadRequest)`, {
    code: "HEDDLE_CLUSTER_BAD_REQUEST",
    details: { status: { kind: "Status", message } },
  });
const withBody = (body: string): HeddleError =>
  new HeddleError(`GET …: HTTP 500: ${body}`, { code: "HEDDLE_CLUSTER_UNAVAILABLE", details: { body } });

const pod = (status: object) => ({
  metadata: { name: "web" },
  spec: { nodeName: "one", containers: [{ name: "app" }, { name: "side" }] },
  status: { ...status } as Record<string, never>,
});

describe("podFailureOf", () => {
  const cases: readonly (readonly [HeddleError, PodFailure])[] = [
    [withStatus("container nope is not valid for pod web"), "no-such-container"],
    [withStatus('previous terminated container "app" in pod "web" not found'), "no-previous-log"],
    [withStatus('container "app" in pod "web" is waiting to start: ContainerCreating'), "not-running"],
    [withStatus('container "app" in pod "web" is waiting to start: PodInitializing'), "not-running"],
    [withStatus("pod web does not have a host assigned"), "not-running"],
    [withStatus('Internal error occurred: unable to upgrade connection: container not found ("app")'), "not-running"],
    [
      withStatus("Internal error occurred: unable to upgrade connection: container app not found in pod web_default"),
      "not-running",
    ],
    [withBody('container not found ("app")'), "not-running"],
    [withStatus("the server could not find the requested resource"), "not-served"],
    [withBody("container app not found in pod web_default"), "not-running"],
    [withBody('pod not found ("web_default")'), "not-running"],
  ];
  for (const [error, expected] of cases)
    it(`takes "${error.message}" for ${expected}`, () => assert.equal(podFailureOf(error), expected));

  it("leaves everything else as it is", () => {
    assert.equal(podFailureOf(withStatus('pods "web" not found')), undefined);
    assert.equal(podFailureOf(withStatus('exec: "nope": executable file not found in $PATH')), undefined);
    assert.equal(podFailureOf(new Error('container not found ("app")')), undefined);
  });
});

describe("explainPodFailure", () => {
  const error = withStatus("…");

  it("names the containers that there are", () => {
    const told = explainPodFailure(
      { failure: "no-such-container", error },
      { ...target, container: "nope" },
      pod({ phase: "Running" }),
    );
    assert.equal(told.code, "HEDDLE_CLUSTER_CONTAINER_NOT_FOUND");
    assert.equal(told.message, 'pod default/web has no container "nope": it has app, side');
    assert.equal(told.retryable, false);
  });

  it("says what a container waits for, which may pass", () => {
    const told = explainPodFailure(
      { failure: "not-running", error },
      target,
      pod({
        phase: "Pending",
        containerStatuses: [{ name: "app", state: { waiting: { reason: "ContainerCreating" } } }],
      }),
    );
    assert.equal(told.code, "HEDDLE_CLUSTER_CONTAINER_NOT_RUNNING");
    assert.equal(told.message, 'container "app" of pod default/web is not running: waiting (ContainerCreating)');
    assert.equal(told.retryable, true);
  });

  it("says that a pod is over, which does not pass", () => {
    const told = explainPodFailure(
      { failure: "not-running", error },
      target,
      pod({ phase: "Succeeded", containerStatuses: [{ name: "app", state: { terminated: { reason: "Completed" } } }] }),
    );
    assert.equal(told.message, 'container "app" of pod default/web is not running: terminated (Completed)');
    assert.equal(told.retryable, false);
  });

  it("says that no node has been found", () => {
    const { spec, ...rest } = pod({ phase: "Pending" });
    const told = explainPodFailure({ failure: "not-running", error }, target, {
      ...rest,
      spec: { containers: spec.containers },
    });
    assert.match(told.message, /is not running: the pod is Pending, and no node has been found for it$/);
  });

  it("says the server's words where the pod cannot be read or has no more to say", () => {
    const said = withBody('container not found ("app")');
    for (const seen of [undefined, pod({ phase: "Running" })]) {
      const told = explainPodFailure({ failure: "not-running", error: said }, target, seen);
      assert.match(told.message, /is not running: container not found \("app"\)$/);
    }
  });

  it("says that an API server has no containers behind it", () => {
    const told = explainPodFailure({ failure: "not-served", error }, target, pod({ phase: "Running" }));
    assert.deepEqual([told.code, told.retryable], [error.code, false]);
    assert.match(told.message, /no containers behind pod default\/web: it serves neither logs nor exec/);
  });

  it("says that there is no previous log", () => {
    const told = explainPodFailure({ failure: "no-previous-log", error }, target, undefined);
    assert.equal(told.code, "HEDDLE_CLUSTER_NO_PREVIOUS_LOG");
    assert.match(told.message, /container "app" of pod default\/web has not ended before/);
  });

  it("keeps the server's details and the original", () => {
    const told = explainPodFailure({ failure: "no-previous-log", error }, target, undefined);
    assert.equal(told.cause, error);
    assert.equal(told.details, error.details);
  });
});
