import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { programOf } from "../bpf-program.ts";
import { decodeShaper, replaceIngressProgram, replaceShaper } from "./qdisc.ts";
import { bytes, echo, hex } from "./testing/messages.ts";

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
