import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { isHeddleError } from "../../base/index.ts";
import { type Cidr, cidrContains, formatAddress, formatCidr, networkOf, parseCidr } from "../../model/index.ts";
import { type NodeRange, type RangeConfig } from "./model.ts";
import { capacityOf, givesOut, planPools } from "./pool.ts";
import { address } from "./testing/samples.ts";

const range = (
  subnet: string,
  rest: Readonly<Partial<Record<"first" | "last" | "gateway", string>>> = {},
): RangeConfig => ({
  subnet: parseCidr(subnet),
  first: rest.first === undefined ? undefined : address(rest.first),
  last: rest.last === undefined ? undefined : address(rest.last),
  gateway: rest.gateway === undefined ? undefined : address(rest.gateway),
});

const wordsOf = ({ network, first, last, gateway }: NodeRange): string =>
  `${formatCidr(network)}: ${formatAddress(first)} to ${formatAddress(last)} by ${formatAddress(gateway)}`;

const planned = (sets: readonly (readonly RangeConfig[])[], ...podCidrs: readonly string[]): readonly string[] =>
  planPools(sets, podCidrs.length === 0 ? undefined : podCidrs.map(parseCidr))
    .flat()
    .map(wordsOf);

describe("the addresses that a node gives out", () => {
  const cluster = range("10.244.0.0/16", { first: "10.244.1.10", last: "10.244.254.254", gateway: "10.244.0.1" });

  it("are what the configured range shares with its podCIDR, by a gateway of its own", () =>
    assert.deepEqual(planned([[cluster]], "10.244.3.0/24"), [
      "10.244.3.0/24: 10.244.3.1 to 10.244.3.254 by 10.244.3.1",
    ]));

  it("begin where the range does", () =>
    assert.deepEqual(planned([[cluster]], "10.244.1.0/24"), [
      "10.244.1.0/24: 10.244.1.10 to 10.244.1.254 by 10.244.1.1",
    ]));

  it("go by the configured gateway where that lies in the podCIDR", () =>
    assert.deepEqual(planned([[range("10.244.0.0/16", { gateway: "10.244.3.254" })]], "10.244.3.0/24"), [
      "10.244.3.0/24: 10.244.3.1 to 10.244.3.254 by 10.244.3.254",
    ]));

  it("are the whole range where the node has no podCIDR", () =>
    assert.deepEqual(planned([[cluster]]), ["10.244.0.0/16: 10.244.1.10 to 10.244.254.254 by 10.244.0.1"]));

  it("are of both families where both are configured", () =>
    assert.deepEqual(planned([[cluster], [range("fd00:10:244::/56")]], "10.244.3.0/24", "fd00:10:244:3::/64"), [
      "10.244.3.0/24: 10.244.3.1 to 10.244.3.254 by 10.244.3.1",
      "fd00:10:244:3::/64: fd00:10:244:3::1 to fd00:10:244:3:ffff:ffff:ffff:ffff by fd00:10:244:3::1",
    ]));

  it("leave out neither end of a network of two", () =>
    assert.deepEqual(planned([[range("10.0.0.0/31")]]), ["10.0.0.0/31: 10.0.0.0 to 10.0.0.1 by 10.0.0.0"]));

  const faults: readonly (readonly [string, readonly string[], RegExp])[] = [
    [
      "a podCIDR outside the pool",
      ["10.245.0.0/24"],
      /10\.244\.0\.0\/16 \(10\.244\.1\.10 to 10\.244\.254\.254\), shares no address with this node's podCIDRs, 10\.245\.0\.0\/24/,
    ],
    ["a podCIDR before the range", ["10.244.0.0/24"], /shares no address/],
    ["a podCIDR of the other family", ["fd00::/64"], /shares no address with this node's podCIDRs, fd00::\/64/],
  ];
  for (const [what, podCidrs, message] of faults)
    it(`are none with ${what}`, () =>
      assert.throws(
        () => planned([[cluster]], ...podCidrs),
        (error) => isHeddleError(error, "HEDDLE_AGENT_POOL_EMPTY") && message.test(error.message),
      ));

  it("are none where there is room for the gateway only", () => {
    assert.throws(() => planned([[range("10.0.0.0/32")]]), /has no address to give out/);
  });

  it("lie in the range and in the podCIDR, never name a network and never are the gateway", () => {
    const subnets: fc.Arbitrary<Cidr> = fc
      .record({ value: fc.bigInt({ min: 0n, max: 0xffn }), bits: fc.integer({ min: 22, max: 32 }) })
      .map(({ value, bits }) => networkOf({ address: { family: 4, value: 0x0a000000n + value * 16n }, bits }));
    fc.assert(
      fc.property(subnets, subnets, (subnet, podCidr) => {
        let ranges: readonly NodeRange[];
        try {
          ranges = planPools([[{ subnet }]], [podCidr]).flat();
        } catch (error) {
          assert.ok(isHeddleError(error, "HEDDLE_AGENT_POOL_EMPTY"));
          return;
        }
        for (const one of ranges) {
          let count = 0n;
          for (let value = one.network.base - 1n; value <= one.last.value + 2n; value++) {
            const candidate = { family: 4, value } as const;
            if (!givesOut(one, candidate)) continue;
            count += 1n;
            assert.ok(cidrContains(subnet, candidate) && cidrContains(podCidr, candidate));
            if (one.network.bits < 31) assert.notEqual(value, one.network.base);
          }
          assert.equal(count, capacityOf(one));
          assert.ok(count > 0n);
        }
      }),
    );
  });
});
