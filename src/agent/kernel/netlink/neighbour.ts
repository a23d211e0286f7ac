import { address, addressOf, decodeAttributes, mac, macOf, numberOf, viewOf } from "./attributes.ts";
import { familyNumber } from "./address.ts";
import { familyBridge } from "./link-numbers.ts";
import { flag, type Message, type Reply } from "./message.ts";

/** linux/rtnetlink.h, linux/neighbour.h */
const type = { new: 28, delete: 29, get: 30 } as const;
const attribute = { destination: 1, mac: 2, master: 9 } as const;
const permanent = 0x80;
const noArp = 0x40;
const self = 0x02;
const master = 0x04;

/** Which MAC an address on a link has. Permanent: never asked for, never forgotten. */
export type Neighbour = Readonly<{ link: number; address: string; mac: string }>;

export type NeighbourState = Neighbour & Readonly<{ permanent: boolean }>;

/**
 * Where a bridge or a VXLAN sends frames for a MAC: out by the port `link`, or, from the VXLAN `link`, to the node with
 * the address `to`.
 */
export type Forwarding = Readonly<{ link: number; mac: string; to?: string | undefined }>;

export type ForwardingState = Forwarding & Readonly<{ permanent: boolean; master?: number }>;

/** struct ndmsg */
function header(family: number, link: number, { state = 0, flags = 0 } = {}): Uint8Array {
  const bytes = new Uint8Array(12);
  const view = viewOf(bytes);
  view.setUint8(0, family);
  view.setInt32(4, link, true);
  view.setUint16(8, state, true);
  view.setUint8(10, flags);
  return bytes;
}

const familyOf = (bytes: Uint8Array): number => (bytes.length === 4 ? familyNumber[4] : familyNumber[6]);

export function replaceNeighbour(neighbour: Neighbour): Message {
  const destination = address(neighbour.address);
  return {
    type: type.new,
    flags: flag.request | flag.ack | flag.create | flag.replace,
    body: header(familyOf(destination), neighbour.link, { state: permanent }),
    attributes: [
      [attribute.destination, destination],
      [attribute.mac, mac(neighbour.mac)],
    ],
  };
}

/** ENOENT when there is none. */
export function deleteNeighbour({ link, address: value }: Omit<Neighbour, "mac">): Message {
  const destination = address(value);
  return {
    type: type.delete,
    flags: flag.request | flag.ack,
    body: header(familyOf(destination), link),
    attributes: [[attribute.destination, destination]],
  };
}

/** The one entry of that address; ENOENT when there is none. */
export function getNeighbour({ link, address: value }: Omit<Neighbour, "mac">): Message {
  const destination = address(value);
  return {
    type: type.get,
    flags: flag.request,
    body: header(familyOf(destination), link),
    attributes: [[attribute.destination, destination]],
  };
}

/** A static entry: a bridge's at its port, a VXLAN's own. */
export const replaceForwarding = ({ link, mac: value, to }: Forwarding): Message => ({
  type: type.new,
  flags: flag.request | flag.ack | flag.create | flag.replace,
  body: header(familyBridge, link, {
    state: to === undefined ? noArp : permanent | noArp,
    flags: to === undefined ? master : self,
  }),
  attributes: [
    [attribute.mac, mac(value)],
    ...(to === undefined ? [] : [[attribute.destination, address(to)] as const]),
  ],
});

/** ENOENT when there is none. */
export const deleteForwarding = ({ link, mac: value, to }: Forwarding): Message => ({
  type: type.delete,
  flags: flag.request | flag.ack,
  body: header(familyBridge, link, { flags: to === undefined ? master : self }),
  attributes: [
    [attribute.mac, mac(value)],
    ...(to === undefined ? [] : [[attribute.destination, address(to)] as const]),
  ],
});

/** Of both families of IP. */
export const dumpNeighbours = (family: 4 | 6): Message => dump(familyNumber[family]);

export const dumpForwarding = (): Message => dump(familyBridge);

const dump = (family: number): Message => ({
  type: type.get,
  flags: flag.request | flag.dump,
  body: header(family, 0),
  attributes: [],
});

/** Reads RTM_NEWNEIGH of IP; undefined while the kernel still asks for the MAC. */
export function decodeNeighbour({ body }: Reply): NeighbourState | undefined {
  const view = viewOf(body);
  const attributes = decodeAttributes(body.subarray(12));
  const found = macOf(attributes.get(attribute.mac));
  if (found === undefined) return undefined;
  return {
    link: view.getInt32(4, true),
    address: addressOf(attributes.get(attribute.destination)) ?? "",
    mac: found,
    permanent: (view.getUint16(8, true) & permanent) !== 0,
  };
}

/** Reads RTM_NEWNEIGH of a bridge or a VXLAN. */
export function decodeForwarding({ body }: Reply): ForwardingState | undefined {
  const view = viewOf(body);
  const attributes = decodeAttributes(body.subarray(12));
  const found = macOf(attributes.get(attribute.mac));
  if (found === undefined) return undefined;
  const to = addressOf(attributes.get(attribute.destination));
  const port = numberOf(attributes.get(attribute.master));
  return {
    link: view.getInt32(4, true),
    mac: found,
    permanent: (view.getUint16(8, true) & (permanent | noArp)) !== 0,
    ...(to === undefined ? {} : { to }),
    ...(port === undefined ? {} : { master: port }),
  };
}
