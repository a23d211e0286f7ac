import assert from "node:assert/strict";
import { isIP } from "node:net";
import { describe, it } from "node:test";
import fc from "fast-check";
import { isHeddleError } from "../../base/index.ts";
import {
  addressFromBytes,
  addressToBytes,
  compareAddresses,
  familyBits,
  formatAddress,
  type IpAddress,
  type IpFamily,
  parseAddress,
} from "./address.ts";
import {
  type Cidr,
  cidrContains,
  firstAddress,
  formatCidr,
  sharedCidr,
  lastAddress,
  networkOf,
  parseAddressInNetwork,
  parseCidr,
} from "./cidr.ts";

const addresses: fc.Arbitrary<IpAddress> = fc.constantFrom<IpFamily>(4, 6).chain((family) =>
  fc
    .oneof(
      fc.bigInt({ min: 0n, max: (1n << BigInt(familyBits(family))) - 1n }),
      // Words that are mostly zero: what "::" is about.
      fc
        .array(fc.constantFrom(0n, 0n, 0n, 1n, 0xffffn), { minLength: 8, maxLength: 8 })
        .map(
          (words) => words.reduce<bigint>((sum, word) => (sum << 16n) | word, 0n) % (1n << BigInt(familyBits(family))),
        ),
    )
    .map((value) => ({ family, value })),
);

const cidrs: fc.Arbitrary<Cidr> = addresses.chain((address) =>
  fc.nat(familyBits(address.family)).map((bits) => networkOf({ address, bits })),
);

describe("an address", () => {
  const texts: readonly (readonly [string, string])[] = [
    ["10.244.1.10", "10.244.1.10"],
    ["255.255.255.255", "255.255.255.255"],
    ["::", "::"],
    ["::1", "::1"],
    ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["fe80::", "fe80::"],
    ["::ffff:192.0.2.1", "::ffff:192.0.2.1"],
    ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
  ];
  for (const [text, canonical] of texts)
    it(`written ${text} is ${canonical}`, () => {
      const address = parseAddress(text);
      assert.equal(address && formatAddress(address), canonical);
    });

  for (const text of [
    "",
    "10.244.1",
    "10.244.1.256",
    "10.244.01.1",
    "fe80::1%eth0",
    "::1::2",
    "1:2:3:4:5:6:7:8:9",
    "x",
  ])
    it(`is not "${text}"`, () => assert.equal(parseAddress(text), undefined));

  it("comes back from its text and from its bytes", () => {
    fc.assert(
      fc.property(addresses, (address) => {
        const text = formatAddress(address);
        assert.equal(isIP(text), address.family);
        assert.deepEqual(parseAddress(text), address);
        assert.deepEqual(addressFromBytes(addressToBytes(address)), address);
      }),
    );
  });

  it("is none of five bytes", () => assert.equal(addressFromBytes(new Uint8Array(5)), undefined));

  it("is ordered by family, then by number", () => {
    const sorted = ["::1", "10.0.0.10", "10.0.0.9", "fd00::"].map((text) => parseAddress(text)).filter(isThere);
    assert.deepEqual(sorted.toSorted(compareAddresses).map(formatAddress), ["10.0.0.9", "10.0.0.10", "::1", "fd00::"]);
  });
});

describe("a block of addresses", () => {
  it("comes back from its text", () => {
    fc.assert(fc.property(cidrs, (cidr) => assert.deepEqual(parseCidr(formatCidr(cidr)), cidr)));
  });

  it("holds its first and its last address and nothing around them", () => {
    fc.assert(
      fc.property(cidrs, (cidr) => {
        const [first, last] = [firstAddress(cidr), lastAddress(cidr)];
        assert.ok(cidrContains(cidr, first) && cidrContains(cidr, last));
        assert.ok(!cidrContains(cidr, { ...first, value: first.value - 1n }));
        assert.ok(!cidrContains(cidr, { ...last, value: last.value + 1n }));
        assert.ok(!cidrContains(cidr, { ...first, family: cidr.family === 4 ? 6 : 4 }));
      }),
    );
  });

  it("shares with another what both hold", () => {
    fc.assert(
      fc.property(cidrs, cidrs, (a, b) => {
        const both = sharedCidr(a, b);
        assert.deepEqual(sharedCidr(b, a), both);
        const inBoth = (address: IpAddress): boolean => cidrContains(a, address) && cidrContains(b, address);
        if (both === undefined)
          assert.ok(![firstAddress(a), firstAddress(b), lastAddress(a), lastAddress(b)].some(inBoth));
        else assert.ok(inBoth(firstAddress(both)) && inBoth(lastAddress(both)));
      }),
    );
  });

  it("is the smaller one where one holds the other", () => {
    const both = sharedCidr(parseCidr("10.244.0.0/16"), parseCidr("10.244.3.0/24"));
    assert.equal(both && formatCidr(both), "10.244.3.0/24");
    assert.equal(sharedCidr(parseCidr("10.244.0.0/16"), parseCidr("10.245.0.0/24")), undefined);
  });

  const faults: readonly (readonly [string, RegExp])[] = [
    ["10.244.1.0/16", /has bits set beyond its length of 16: the block is 10\.244\.0\.0\/16/],
    ["10.244.0.0", /has no length between 0 and 32/],
    ["10.244.0.0/33", /has no length between 0 and 32/],
    ["10.244.0.0/08", /has no length between 0 and 32/],
    ["fd00::/129", /has no length between 0 and 128/],
    ["fd00::/64/64", /is no block of addresses/],
    ["ten/8", /"ten\/8" is no block of addresses: expected one like 10\.244\.0\.0\/16/],
  ];
  for (const [text, message] of faults)
    it(`is not ${text}, and the error says why`, () => {
      assert.throws(
        () => parseCidr(text),
        (error) => isHeddleError(error, "HEDDLE_CIDR_INVALID") && message.test(error.message),
      );
    });

  it("is what an interface's address is in", () => {
    assert.equal(formatCidr(networkOf(parseAddressInNetwork("10.244.1.1/24"))), "10.244.1.0/24");
  });
});

const isThere = <T>(value: T | undefined): value is T => value !== undefined;
