import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { containerNames, defaultContainer } from "./pod-containers.ts";

const pod = (annotated?: string) => ({
  metadata: {
    name: "web",
    ...(annotated && { annotations: { "kubectl.kubernetes.io/default-container": annotated } }),
  },
  spec: {
    containers: [{ name: "app" }, { name: "proxy" }],
    initContainers: [{ name: "setup" }],
    ephemeralContainers: [{ name: "debug" }],
  },
});

describe("the default container", () => {
  it("is the first where the pod says nothing", () => {
    assert.equal(defaultContainer(pod()), "app");
  });

  it("is the annotation's", () => {
    assert.equal(defaultContainer(pod("proxy")), "proxy");
  });

  it("may be an init or ephemeral container", () => {
    assert.equal(defaultContainer(pod("setup")), "setup");
    assert.equal(defaultContainer(pod("debug")), "debug");
  });

  it("is the first again when the annotation names none of them", () => {
    assert.equal(defaultContainer(pod("gone")), "app");
  });

  it("is none where the pod has no container", () => {
    assert.equal(defaultContainer({ metadata: { name: "web" }, spec: {} }), undefined);
  });
});

describe("containerNames", () => {
  it("lists init, regular and ephemeral containers, as they start", () => {
    assert.deepEqual(containerNames(pod()), ["setup", "app", "proxy", "debug"]);
  });
});
