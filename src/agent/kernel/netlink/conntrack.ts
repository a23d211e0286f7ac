import { familyNumber } from "./address.ts";
import { be16, decodeAttributes, nested, u32, u8, viewOf } from "./attributes.ts";
import { flag, type Message, type Reply } from "./message.ts";

/** linux/netfilter/nfnetlink.h, linux/netfilter/nfnetlink_conntrack.h */
const subsystem = 1;
const type = { get: (subsystem << 8) | 1, delete: (subsystem << 8) | 2 } as const;
const attribute = { original: 1, filter: 25 } as const;
const tuple = { protocol: 2 } as const;
const protocol = { number: 1, destinationPort: 3 } as const;
const filterOriginal = 1;
/** Which parts of a flow the filter compares: the protocol and the port that it was sent to. */
const compared = { protocol: 1 << 3, destinationPort: 1 << 5 } as const;
const headerBytes = 4;

/** Flows of one family that were sent to a port, wherever they were led. */
export type SentTo = Readonly<{ family: 4 | 6; protocol: number; port: number }>;

const header = (family: 4 | 6): Uint8Array => Uint8Array.of(familyNumber[family], 0, 0, 0);

/** A kernel before 5.8 answers with all flows: what comes must be looked at again by `flowSentTo`. */
export const dumpFlows = ({ family, protocol: number, port }: SentTo): Message => ({
  type: type.get,
  flags: flag.request | flag.dump,
  body: header(family),
  attributes: [
    [
      attribute.original | nested,
      [
        [
          tuple.protocol | nested,
          [
            [protocol.number, u8(number)],
            [protocol.destinationPort, be16(port)],
          ],
        ],
      ],
    ],
    [attribute.filter | nested, [[filterOriginal, u32(compared.protocol | compared.destinationPort)]]],
  ],
});

/** The flow's own bytes, by which it is deleted, if it was sent there. */
export function flowSentTo({ body }: Reply, { protocol: number, port }: SentTo): Uint8Array | undefined {
  const original = decodeAttributes(body.subarray(headerBytes)).get(attribute.original);
  if (original === undefined) return undefined;
  const found = decodeAttributes(decodeAttributes(original).get(tuple.protocol) ?? new Uint8Array());
  const destination = found.get(protocol.destinationPort);
  const isSo =
    found.get(protocol.number)?.[0] === number &&
    destination?.length === 2 &&
    viewOf(destination).getUint16(0, false) === port;
  return isSo ? original.slice() : undefined;
}

/** ENOENT when it is over. */
export const deleteFlow = (family: 4 | 6, original: Uint8Array): Message => ({
  type: type.delete,
  flags: flag.request | flag.ack,
  body: header(family),
  attributes: [[attribute.original | nested, original]],
});
