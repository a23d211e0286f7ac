import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { deleteGroup, type LinkKind, newLink, setLink } from "./link.ts";
import { decodeLink } from "./link-state.ts";
import { bytes, echo, hex } from "./testing/messages.ts";

describe("links", () => {
  it("of a veth are made with both ends in one message", () => {
    const kind: LinkKind = {
      kind: "veth",
      namespaceFd: 21,
      peer: { name: "eth0", mac: "0a:58:0a:f4:01:0b", mtu: 1450 },
    };
    assert.equal(
      hex(newLink({ name: "hdl1", mac: "02:00:00:00:00:01", mtu: 1450, up: true, master: 5, kind })),
      bytes(`
        98000000 1000 0506 07000000 00000000    // RTM_NEWLINK; request, ack, create, excl
        00000000 00000000 01000000 01000000     // ifinfomsg: IFF_UP
        0900 0300 68646c3100 000000             // IFLA_IFNAME hdl1
        0a00 0100 020000000001 0000             // IFLA_ADDRESS
        0800 0400 aa050000                      // IFLA_MTU
        0800 0a00 05000000                      // IFLA_MASTER
        5000 1280                               // IFLA_LINKINFO
          0900 0100 7665746800 000000           //   IFLA_INFO_KIND veth
          4000 0280                             //   IFLA_INFO_DATA
            3c00 0180                           //     VETH_INFO_PEER
              00000000000000000000000000000000  //       ifinfomsg
              0900 0300 6574683000 000000       //       IFLA_IFNAME eth0
              0a00 0100 0a580af4010b 0000       //       IFLA_ADDRESS
              0800 0400 aa050000                //       IFLA_MTU
              0800 1c00 15000000                //       IFLA_NET_NS_FD
      `),
    );
  });

  it("become quiet ports and carry a note", () => {
    const port = { hairpin: true, learning: false, unicastFlood: false, isolated: true };
    assert.equal(
      hex(setLink(9, { alias: "a/b/c", port })),
      bytes(`
        60000000 1000 0500 07000000 00000000    // RTM_NEWLINK; request, ack
        00000000 09000000 00000000 00000000     // ifinfomsg: number 9
        0a00 1400 612f622f6300 0000             // IFLA_IFALIAS
        3400 1280                               // IFLA_LINKINFO
          0b00 0400 62726964676500 00           //   IFLA_INFO_SLAVE_KIND bridge
          2400 0580                             //   IFLA_INFO_SLAVE_DATA
            0500 0400 01 000000                 //     IFLA_BRPORT_MODE
            0500 0800 00 000000                 //     IFLA_BRPORT_LEARNING
            0500 0900 00 000000                 //     IFLA_BRPORT_UNICAST_FLOOD
            0500 2100 01 000000                 //     IFLA_BRPORT_ISOLATED
      `),
    );
  });

  it("of a group are deleted at once", () => {
    assert.equal(
      hex(deleteGroup(0x68646c)),
      bytes(`
        28000000 1100 0500 07000000 00000000    // RTM_DELLINK; request, ack
        00000000 00000000 00000000 00000000
        0800 1b00 6c646800                      // IFLA_GROUP
      `),
    );
  });

  it("are read as they were written", () => {
    const state = decodeLink(
      echo(
        newLink({
          name: "hdl-vxlan",
          mac: "02:00:00:00:00:09",
          mtu: 1450,
          up: true,
          master: 4,
          kind: { kind: "vxlan", id: 4096, port: 8472, local: "fd00::1", link: 3 },
        }),
      ),
    );
    assert.deepEqual(state, {
      index: 0,
      name: "hdl-vxlan",
      kind: "vxlan",
      mac: "02:00:00:00:00:09",
      mtu: 1450,
      up: true,
      running: false,
      master: 4,
      vxlan: { id: 4096, port: 8472, local: "fd00::1", link: 3 },
    });
  });

  it("refuse a MAC that is none", () => {
    assert.throws(() => newLink({ name: "a", mac: "02:00", kind: { kind: "bridge" } }), RangeError);
  });
});
