import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { formatAddress } from "../../../model/index.ts";
import { programOf } from "../bpf-program.ts";
import { decodeAddress, newAddress } from "./address.ts";
import {
  type Attribute,
  decodeAttributes,
  encodeAttributes,
  listAttributes,
  text,
  textOf,
  u16,
  u32,
} from "./attributes.ts";
import { dumpFlows, flowSentTo } from "./conntrack.ts";
import { deleteGroup, type LinkKind, newLink, setLink } from "./link.ts";
import { decodeLink } from "./link-state.ts";
import { decodeAcknowledgement, decodeMessages, encodeMessage, type Message, type Reply } from "./message.ts";
import { decodeForwarding, decodeNeighbour, replaceForwarding, replaceNeighbour } from "./neighbour.ts";
import { addElement, batchBegin, decodeElements } from "./nftables.ts";
import { decodeShaper, replaceIngressProgram, replaceShaper } from "./qdisc.ts";
import { decodeRoute, deleteRoute, replaceRoute } from "./route.ts";

/** The bytes of a message with sequence 7, a header or an attribute a line. */
const hex = (message: Message): string => Buffer.from(encodeMessage(message, 7)).toString("hex");

/** Lines of bytes with what they mean behind them. */
const bytes = (lines: string): string => lines.replaceAll(/\/\/.*$/gm, "").replaceAll(/\s/g, "");

/** What the kernel would say of it: its answers have the form of what it is asked. */
function echo(message: Message): Reply {
  const [reply] = decodeMessages(encodeMessage(message, 1));
  assert.ok(reply);
  return reply;
}

describe("attributes", () => {
  const attribute: fc.Arbitrary<Attribute> = fc.tuple(
    fc.integer({ min: 0, max: 0x3fff }),
    fc.uint8Array({ maxLength: 40 }),
  );

  it("come back as they were, whatever their lengths", () => {
    fc.assert(
      fc.property(fc.array(attribute), (attributes) => {
        const encoded = encodeAttributes(attributes);
        assert.equal(encoded.length % 4, 0);
        assert.deepEqual(
          listAttributes(encoded).map(([type, value]) => [type, [...value]]),
          attributes.map(([type, value]) => [type, [...(value as Uint8Array)]]),
        );
      }),
    );
  });

  it("nest", () => {
    const outer = decodeAttributes(encodeAttributes([[0x8012, [[1, text("veth")]]]]));
    assert.equal(textOf(decodeAttributes(outer.get(0x12) ?? new Uint8Array()).get(1)), "veth");
  });

  it("are read as far as they go when the rest is cut off or no attribute", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (garbage) => {
        const whole = encodeAttributes([[3, u16(9)]]);
        const all = listAttributes(Uint8Array.from([...whole, ...garbage]));
        assert.deepEqual([...(all[0]?.[1] ?? [])], [9, 0]);
      }),
    );
  });

  it("hold no more than their length can say", () => {
    assert.throws(() => encodeAttributes([[1, new Uint8Array(0xfffc)]]), RangeError);
  });
});

describe("messages", () => {
  it("come back as they were, several in a datagram", () => {
    const part = fc.record({
      type: fc.integer({ min: 16, max: 0xffff }),
      flags: fc.integer({ min: 0, max: 0xffff }),
      sequence: fc.integer({ min: 0, max: 0xffffffff }),
      body: fc.uint8Array({ maxLength: 40 }).map((value) => value.subarray(0, value.length & ~3)),
    });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
        const datagram = Buffer.concat(
          parts.map(({ sequence, ...rest }) => encodeMessage({ ...rest, attributes: [] }, sequence)),
        );
        assert.deepEqual(
          decodeMessages(datagram).map((reply) => ({ ...reply, body: [...reply.body] })),
          parts.map((one) => ({ ...one, body: [...one.body] })),
        );
      }),
    );
  });

  it("carry the kernel's own word on a refusal", () => {
    const reply = {
      type: 2,
      flags: 0x300,
      sequence: 1,
      body: Buffer.concat([
        Buffer.from("eaffffff", "hex"), // -EINVAL
        Buffer.from("20000000100005000100000000000000", "hex"), // the header of what was asked
        encodeAttributes([
          [2, u32(4)],
          [1, text("Invalid prefix for given prefix length")],
        ]),
      ]),
    };
    assert.deepEqual(decodeAcknowledgement(reply), { errno: 22, text: "Invalid prefix for given prefix length" });
    assert.deepEqual(decodeAcknowledgement({ ...reply, flags: 0 }), { errno: 22 });
    assert.deepEqual(decodeAcknowledgement({ ...reply, flags: 0, body: new Uint8Array(20) }), { errno: 0 });
  });
});

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

describe("queues", () => {
  it("of a token bucket say rate, burst and how long it takes to fill", () => {
    assert.equal(
      hex(replaceShaper({ link: 9, rate: 1_000_000, burst: 20_000, queue: 85_536 })),
      bytes(`
        60000000 2400 0505 07000000 00000000            // RTM_NEWQDISC; request, ack, create, replace
        00000000 09000000 00000100 ffffffff 00000000    // tcmsg: handle 1:, TC_H_ROOT
        0800 0100 74626600                              // TCA_KIND tbf
        3400 0280                                       // TCA_OPTIONS
          2800 0100                                     //   TCA_TBF_PARMS
            00 01 0000 0000 0000 40420f00               //     tc_ratespec: ethernet, 1,000,000 bytes a second
            00 00 0000 0000 0000 00000000               //     no peak rate
            204e0100 b4c40400 00000000                  //     limit, 312,500 ticks of 64 ns, mtu
          0800 0600 204e0000                            //   TCA_TBF_BURST
      `),
    );
  });

  it("are read as they were written", () => {
    const rate = fc.integer({ min: 1000, max: 10_000_000_000 });
    fc.assert(
      fc.property(rate, fc.integer({ min: 1514, max: 10_000_000 }), (rate, burst) => {
        const state = decodeShaper(echo(replaceShaper({ link: 4, rate, burst, queue: 70_000 })));
        assert.ok(state !== undefined && state.rate === rate && state.queue === 70_000 && state.link === 4);
        // To the tick, and to what a number of ticks can say.
        const fits = (burst / rate) * (1e9 / 64) < 2 ** 32;
        assert.ok(!fits || Math.abs(state.burst - burst) <= (rate * 64) / 1e9 + 1, `${state.burst} for ${burst}`);
      }),
    );
  });

  it("are filled by a program that runs at a link's entry", () => {
    assert.equal(
      hex(replaceIngressProgram(9, { programFd: 33, name: "p" })),
      bytes(`
        48000000 2c00 0505 07000000 00000000            // RTM_NEWTFILTER; request, ack, create, replace
        00000000 09000000 01000000 f2ffffff 00030100    // tcmsg: handle 1, ingress, priority 1, ETH_P_ALL
        0800 0100 62706600                              // TCA_KIND bpf
        1c00 0280                                       // TCA_OPTIONS
          0800 0600 21000000                            //   TCA_BPF_FD
          0600 0700 7000 0000                           //   TCA_BPF_NAME
          0800 0800 01000000                            //   TCA_BPF_FLAGS: act directly
      `),
    );
    assert.equal(
      Buffer.from(programOf(7)).toString("hex"),
      bytes(`
        b7 01 0000 07000000   // r1 = 7
        b7 02 0000 00000000   // r2 = 0
        85 00 0000 17000000   // call bpf_redirect
        95 00 0000 00000000   // exit
      `),
    );
  });
});

describe("elements of nftables' sets", () => {
  const one = { table: "heddle", set: "m", key: Uint8Array.of(6, 0, 0, 0), data: Uint8Array.of(10, 0, 0, 1) };

  it("are added within a transaction of their own", () => {
    assert.equal(
      hex(addElement(one)),
      bytes(`
        48000000 0c0a 0504 07000000 00000000    // NFT_MSG_NEWSETELEM; request, ack, create
        01 00 0000                              // nfgenmsg: NFPROTO_INET
        0b00 0100 686564646c6500 00             // NFTA_SET_ELEM_LIST_TABLE
        0600 0200 6d00 0000                     // NFTA_SET_ELEM_LIST_SET
        2000 0380                               // NFTA_SET_ELEM_LIST_ELEMENTS
          1c00 0180                             //   NFTA_LIST_ELEM
            0c00 0180 0800 0100 06000000        //     NFTA_SET_ELEM_KEY: NFTA_DATA_VALUE
            0c00 0280 0800 0100 0a000001        //     NFTA_SET_ELEM_DATA: NFTA_DATA_VALUE
      `),
    );
    assert.equal(hex(batchBegin), bytes("14000000 1000 0100 07000000 00000000 00 00 000a"));
  });

  it("are read as they were written", () => {
    assert.deepEqual(decodeElements(echo(addElement(one))), [one]);
    const { data: _, ...key } = one;
    assert.deepEqual(decodeElements(echo(addElement(key))), [key]);
  });
});

describe("flows", () => {
  const sentTo = { family: 4, protocol: 17, port: 5353 } as const;

  it("are asked for by protocol and port", () => {
    assert.equal(
      hex(dumpFlows(sentTo)),
      bytes(`
        38000000 0101 0103 07000000 00000000    // IPCTNL_MSG_CT_GET; request, dump
        02 00 0000                              // nfgenmsg: AF_INET
        1800 0180                               // CTA_TUPLE_ORIG
          1400 0280                             //   CTA_TUPLE_PROTO
            0500 0100 11 000000                 //     CTA_PROTO_NUM
            0600 0300 14e9 0000                 //     CTA_PROTO_DST_PORT
        0c00 1980                               // CTA_FILTER
          0800 0100 28000000                    //   CTA_FILTER_ORIG_FLAGS: protocol, destination port
      `),
    );
  });

  it("are known by what they were sent to, where a kernel tells all of them", () => {
    const reply = echo(dumpFlows(sentTo));
    assert.ok(flowSentTo(reply, sentTo));
    assert.equal(flowSentTo(reply, { ...sentTo, port: 5354 }), undefined);
    assert.equal(flowSentTo(reply, { ...sentTo, protocol: 6 }), undefined);
  });
});

const family = fc.constantFrom<4 | 6>(4, 6);
const addressText = family.chain((one) =>
  fc
    .bigInt({ min: 0n, max: (1n << (one === 4 ? 32n : 128n)) - 1n })
    .map((value) => formatAddress({ family: one, value })),
);
const index = fc.integer({ min: 1, max: 0x7fffffff });
const macText = fc
  .uint8Array({ minLength: 6, maxLength: 6 })
  .map((value) => Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join(":"));

describe("addresses", () => {
  it("of IPv6 are usable at once", () => {
    assert.equal(
      hex(newAddress({ link: 2, address: "fd00::b", bits: 128 })),
      bytes(`
        40000000 1400 0506 07000000 00000000          // RTM_NEWADDR; request, ack, create, excl
        0a 80 02 00 02000000                          // ifaddrmsg: AF_INET6, /128, IFA_F_NODAD
        1400 0200 fd00000000000000000000000000000b    // IFA_LOCAL
        1400 0100 fd00000000000000000000000000000b    // IFA_ADDRESS
      `),
    );
  });

  it("are read as they were written", () => {
    fc.assert(
      fc.property(addressText, index, (address, link) => {
        const state = decodeAddress(echo(newAddress({ link, address, bits: 32 })));
        assert.deepEqual(state, { link, address, bits: 32, tentative: false, duplicate: false, scope: "global" });
      }),
    );
  });
});

describe("routes", () => {
  it("by a gateway say whose they are", () => {
    assert.equal(
      hex(
        replaceRoute({
          destination: "10.96.0.0",
          bits: 12,
          link: 2,
          via: "10.244.1.1",
          onLink: true,
          mtu: 1400,
          advmss: 1340,
        }),
      ),
      bytes(`
        48000000 1800 0505 07000000 00000000    // RTM_NEWROUTE; request, ack, create, replace
        02 0c 00 00 fe 48 00 01 04000000        // rtmsg: AF_INET, /12, main, protocol 72, universe, unicast, RTNH_F_ONLINK
        0800 0100 0a600000                      // RTA_DST
        0800 0500 0af40101                      // RTA_GATEWAY
        0800 0400 02000000                      // RTA_OIF
        1400 0800 0800 0200 78050000            // RTA_METRICS: RTAX_MTU 1400,
        0800 0800 3c050000                      //     RTAX_ADVMSS 1340
      `),
    );
  });

  it("without a link are unreachable, and are deleted whoever made them", () => {
    assert.equal(
      hex(deleteRoute({ destination: "10.244.9.0", bits: 24 })),
      bytes(`
        24000000 1900 0500 07000000 00000000    // RTM_DELROUTE; request, ack
        02 18 00 00 fe 00 ff 07 00000000        // rtmsg: main, any protocol, scope nowhere, unreachable
        0800 0100 0af40900                      // RTA_DST
      `),
    );
  });

  it("are read as they were written", () => {
    fc.assert(
      fc.property(addressText, index, fc.boolean(), (via, link, onLink) => {
        const destination = via.includes(":") ? "fd00:1::" : "10.0.0.0";
        const state = decodeRoute(echo(replaceRoute({ destination, bits: 24, link, via, onLink, priority: 9 })));
        const expected = { destination, bits: 24, link, via, priority: 9, table: 254, protocol: 72 };
        assert.deepEqual(state, onLink ? { ...expected, onLink } : expected);
      }),
    );
  });
});

describe("neighbours", () => {
  it("are read as they were written, and are permanent", () => {
    fc.assert(
      fc.property(addressText, macText, index, (address, mac, link) => {
        const state = decodeNeighbour(echo(replaceNeighbour({ link, address, mac })));
        assert.deepEqual(state, { link, address, mac, permanent: true });
      }),
    );
  });

  it("of a tunnel name the node that has them", () => {
    fc.assert(
      fc.property(addressText, macText, index, (to, mac, link) => {
        const state = decodeForwarding(echo(replaceForwarding({ link, mac, to })));
        assert.deepEqual(state, { link, mac, to, permanent: true });
      }),
    );
  });

  it("of a bridge are static at their port", () => {
    assert.equal(
      hex(replaceForwarding({ link: 9, mac: "0a:58:0a:f4:01:0b" })),
      bytes(`
        28000000 1c00 0505 07000000 00000000    // RTM_NEWNEIGH; request, ack, create, replace
        07 00 0000 09000000 4000 04 00          // ndmsg: AF_BRIDGE, NUD_NOARP, NTF_MASTER
        0a00 0200 0a580af4010b 0000             // NDA_LLADDR
      `),
    );
  });
});
