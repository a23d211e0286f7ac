import { type Attribute, decodeAttributes, listAttributes, nested, text, textOf, viewOf } from "./attributes.ts";
import { flag, type Message, type Reply } from "./message.ts";

/** linux/netfilter/nfnetlink.h, linux/netfilter/nf_tables.h */
const subsystem = 10;
const typeOf = (message: number): number => (subsystem << 8) | message;
const type = {
  batchBegin: 0x10,
  batchEnd: 0x11,
  getChain: typeOf(4),
  getRule: typeOf(7),
  newElement: typeOf(12),
  getElement: typeOf(13),
  deleteElement: typeOf(14),
} as const;
const elementList = { table: 1, set: 2, elements: 3 } as const;
const element = { key: 1, data: 2, flags: 3 } as const;
const listItem = 1;
const dataValue = 1;
const tableOfRule = 1;
const tableOfChain = 1;
/** NFPROTO_INET: a table for IPv4 and IPv6. */
const familyInet = 1;
/** struct nfgenmsg */
const headerBytes = 4;
const intervalEnd = 1;

/** Of a set the key; of a map what it leads to, too. Fields fill up to four bytes each, as `nft` joins them with dots. */
export type Element = Readonly<{ table: string; set: string; key: Uint8Array; data?: Uint8Array | undefined }>;

const header = (family: number, resource = 0): Uint8Array =>
  Uint8Array.of(family, 0, (resource >> 8) & 0xff, resource & 0xff);

/** What every change of tables is between: the kernel does all of it or nothing. */
export const batchBegin: Message = {
  type: type.batchBegin,
  flags: flag.request,
  body: header(0, subsystem),
  attributes: [],
};
export const batchEnd: Message = { ...batchBegin, type: type.batchEnd };

const naming = ({ table, set, key, data }: Element): readonly Attribute[] => [
  [elementList.table, text(table)],
  [elementList.set, text(set)],
  [
    elementList.elements | nested,
    [
      [
        listItem | nested,
        [
          [element.key | nested, [[dataValue, key]]],
          ...(data === undefined ? [] : [[element.data | nested, [[dataValue, data]]] as const]),
        ],
      ],
    ],
  ],
];

/** EBUSY when the map leads elsewhere from that key. */
export const addElement = (one: Element): Message => ({
  type: type.newElement,
  flags: flag.request | flag.ack | flag.create,
  body: header(familyInet),
  attributes: naming(one),
});

/** ENOENT when it is not in the set. */
export const deleteElement = (one: Element): Message => ({
  type: type.deleteElement,
  flags: flag.request | flag.ack,
  body: header(familyInet),
  attributes: naming(one),
});

export const dumpElements = (table: string, set: string): Message => ({
  type: type.getElement,
  flags: flag.request | flag.dump,
  body: header(familyInet),
  attributes: [
    [elementList.table, text(table)],
    [elementList.set, text(set)],
  ],
});

/** Reads what `dumpElements` is answered with; the ends of intervals are left out. */
export function decodeElements({ body }: Reply): readonly Element[] {
  const attributes = decodeAttributes(body.subarray(headerBytes));
  const table = textOf(attributes.get(elementList.table)) ?? "";
  const set = textOf(attributes.get(elementList.set)) ?? "";
  return listAttributes(attributes.get(elementList.elements) ?? new Uint8Array()).flatMap(([, item]) => {
    const members = decodeAttributes(item);
    const key = valueOf(members.get(element.key));
    const flags = members.get(element.flags);
    if (key === undefined || (flags !== undefined && (viewOf(flags).getUint32(0, false) & intervalEnd) !== 0))
      return [];
    const data = valueOf(members.get(element.data));
    return [{ table, set, key, ...(data === undefined ? {} : { data }) }];
  });
}

const valueOf = (bytes: Uint8Array | undefined): Uint8Array | undefined =>
  bytes === undefined ? undefined : decodeAttributes(bytes).get(dataValue)?.slice();

export const dumpChains = (): Message => ({
  type: type.getChain,
  flags: flag.request | flag.dump,
  body: header(familyInet),
  attributes: [],
});

export const dumpRules = (table: string): Message => ({
  type: type.getRule,
  flags: flag.request | flag.dump,
  body: header(familyInet),
  attributes: [[tableOfRule, text(table)]],
});

/** A chain's or a rule's own bytes; undefined for one of another table. */
export function bodyInTable({ body }: Reply, table: string): Uint8Array | undefined {
  // The header counts the generations of all tables.
  const bytes = body.subarray(headerBytes);
  return textOf(decodeAttributes(bytes).get(tableOfChain)) === table ? bytes : undefined;
}
