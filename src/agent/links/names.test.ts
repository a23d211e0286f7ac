import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  bridgeMacOf,
  isLinkName,
  isShaperName,
  linkNameOf,
  nodeMacOf,
  podMacOf,
  routePriorityOf,
  shaperNameOf,
} from "./names.ts";

const key = { network: "heddle", containerId: "4f3c", ifname: "eth0" };

describe("an attachment's names", () => {
  it("follow from its key alone", () => {
    assert.equal(linkNameOf(key), "hdl9eea16c34a8");
    assert.equal(shaperNameOf(key), "hdb9eea16c34a8");
    assert.equal(podMacOf(key), "fe:58:6d:b1:dc:69");
    assert.equal(nodeMacOf(key), "4e:14:04:39:e3:df");
    assert.equal(bridgeMacOf("cni-bridge0"), "76:47:a2:a9:cd:5f");
  });

  it("fit the kernel's 15 characters, and are known again", () => {
    const parts = fc.record({ network: fc.string(), containerId: fc.string(), ifname: fc.string() });
    fc.assert(
      fc.property(parts, (any) => {
        assert.ok(linkNameOf(any).length <= 15 && isLinkName(linkNameOf(any)));
        assert.ok(shaperNameOf(any).length <= 15 && isShaperName(shaperNameOf(any)));
      }),
    );
  });

  it("are no other program's", () => {
    for (const name of ["eth0", "hdl1", "hdl-t01234567", "cni-bridge0", "hdlfc10f9a9d8", "hdlfc10f9a9d8cc"])
      assert.equal(isLinkName(name), false, name);
  });

  it("differ for two interfaces of a container", () => {
    assert.notEqual(linkNameOf(key), linkNameOf({ ...key, ifname: "net1" }));
    assert.notEqual(podMacOf(key), podMacOf({ ...key, ifname: "net1" }));
  });

  it("put routes of further interfaces behind those of eth0, each in a place of its own", () => {
    const priorityOf = (ifname: string): number => routePriorityOf({ ifname }) ?? 0;
    assert.equal(priorityOf("eth0"), 0);
    assert.ok(priorityOf("eth1") > 1024 && priorityOf("net1") > 1024);
    assert.notEqual(priorityOf("eth1"), priorityOf("net1"));
  });

  it("come with MACs that are locally administered and of one station", () => {
    fc.assert(
      fc.property(fc.string(), (containerId) => {
        const first = Number.parseInt(podMacOf({ ...key, containerId }).slice(0, 2), 16);
        assert.equal(first & 0b11, 0b10);
      }),
    );
  });
});
