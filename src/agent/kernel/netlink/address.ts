import { address, addressOf, decodeAttributes, numberOf, viewOf } from "./attributes.ts";
import { flag, type Message, type Reply } from "./message.ts";

/** linux/rtnetlink.h, linux/if_addr.h */
const type = { new: 20, delete: 21, get: 22 } as const;
const attribute = { address: 1, local: 2, flags: 8 } as const;
const flags = { noDuplicateDetection: 0x02, duplicate: 0x08, tentative: 0x40 } as const;
export const familyNumber = { 4: 2, 6: 10 } as const;

/** An address of a link, "10.244.1.10" with its network's length. */
export type LinkAddress = Readonly<{ link: number; address: string; bits: number }>;

export type AddressState = LinkAddress &
  Readonly<{
    /** IPv6: duplicate-address detection has not ended. */
    tentative: boolean;
    /** IPv6: duplicate-address detection found it taken. */
    duplicate: boolean;
    /** "link" for what only that link knows (fe80::…), "host" for loopback's. */
    scope: "global" | "link" | "host" | "site" | "nowhere";
  }>;

/** struct ifaddrmsg; the scope of an address is what its own bits say (loopback's alone is the host's). */
function header(bytes: Uint8Array, bits: number, link: number): Uint8Array {
  const head = new Uint8Array(8);
  const view = viewOf(head);
  view.setUint8(0, bytes.length === 4 ? familyNumber[4] : familyNumber[6]);
  view.setUint8(1, bits);
  view.setUint8(2, bytes.length === 16 ? flags.noDuplicateDetection : 0);
  view.setUint32(4, link, true);
  return head;
}

/** Adds an address that is usable at once: without duplicate-address detection. EEXIST when the link has it already. */
export function newAddress({ link, address: value, bits }: LinkAddress): Message {
  const bytes = address(value);
  return {
    type: type.new,
    flags: flag.request | flag.ack | flag.create | flag.exclusive,
    body: header(bytes, bits, link),
    attributes: [
      [attribute.local, bytes],
      [attribute.address, bytes],
    ],
  };
}

export function deleteAddress({ link, address: value, bits }: LinkAddress): Message {
  const bytes = address(value);
  return {
    type: type.delete,
    flags: flag.request | flag.ack,
    body: header(bytes, bits, link),
    attributes: [
      [attribute.local, bytes],
      [attribute.address, bytes],
    ],
  };
}

/** Of both families. */
export const dumpAddresses = (): Message => ({
  type: type.get,
  flags: flag.request | flag.dump,
  body: new Uint8Array(8),
  attributes: [],
});

const scopes: Readonly<Record<number, AddressState["scope"]>> = { 0: "global", 200: "site", 253: "link", 254: "host" };

/** Reads RTM_NEWADDR. */
export function decodeAddress({ body }: Reply): AddressState {
  const view = viewOf(body);
  const attributes = decodeAttributes(body.subarray(8));
  const state = numberOf(attributes.get(attribute.flags)) ?? view.getUint8(2);
  return {
    link: view.getUint32(4, true),
    address: addressOf(attributes.get(attribute.local) ?? attributes.get(attribute.address)) ?? "",
    bits: view.getUint8(1),
    tentative: (state & flags.tentative) !== 0,
    duplicate: (state & flags.duplicate) !== 0,
    scope: scopes[view.getUint8(3)] ?? "nowhere",
  };
}
