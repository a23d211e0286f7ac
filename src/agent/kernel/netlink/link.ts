import {
  address,
  type Attribute,
  be16,
  encodeAttributes,
  joined,
  mac,
  nested,
  text,
  u32,
  u8,
  viewOf,
} from "./attributes.ts";
import {
  bridgeData,
  linkAttribute,
  linkInfo,
  linkType,
  linkUp,
  portData,
  skipStatistics,
  vethPeer,
  vxlanData,
} from "./link-numbers.ts";
import { flag, type Message } from "./message.ts";

/** What a link of any kind may be given; undefined members are left to the kernel. */
export type LinkSettings = Readonly<{
  mac?: string | undefined;
  mtu?: number | undefined;
  up?: boolean | undefined;
  /** The index of the bridge whose port it becomes. */
  master?: number | undefined;
}>;

export type NewLink = LinkSettings & Readonly<{ name: string; kind: LinkKind }>;

export type LinkKind =
  | Readonly<{ kind: "ifb" }>
  | Readonly<{ kind: "bridge" }>
  /** `local` is the sender of the tunnel's packets, `link` the index of the one that carries them; by its routes without. */
  | Readonly<{ kind: "vxlan"; id: number; port: number; local: string; link: number | undefined }>
  /** `namespaceFd` is open on the namespace that the other end is made in; that end cannot be up from the first. */
  | Readonly<{
      kind: "veth";
      namespaceFd: number;
      peer: Pick<LinkSettings, "mac" | "mtu"> & Readonly<{ name: string }>;
    }>;

/** What a port of a bridge may be told; undefined members stay as they are. */
export type PortSettings = Readonly<{
  hairpin?: boolean | undefined;
  learning?: boolean | undefined;
  /** Frames for a MAC that the bridge does not know, for groups, for everyone. */
  unicastFlood?: boolean | undefined;
  multicastFlood?: boolean | undefined;
  broadcastFlood?: boolean | undefined;
  /** Isolated ports do not speak to each other, only to the bridge and to other ports. */
  isolated?: boolean | undefined;
}>;

export type LinkChange = LinkSettings &
  Readonly<{
    /** A note of up to 255 bytes that the kernel keeps with the link. */
    alias?: string | undefined;
    /** Only for a port of a bridge. */
    port?: PortSettings | undefined;
  }>;

/** struct ifinfomsg */
function header(index: number, up?: boolean): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = viewOf(bytes);
  view.setInt32(4, index, true);
  if (up !== undefined) {
    view.setUint32(8, up ? linkUp : 0, true);
    view.setUint32(12, linkUp, true);
  }
  return bytes;
}

const settings = (link: Omit<LinkSettings, "up">): readonly Attribute[] => [
  ...(link.mac === undefined ? [] : [[linkAttribute.address, mac(link.mac)] as const]),
  ...(link.mtu === undefined ? [] : [[linkAttribute.mtu, u32(link.mtu)] as const]),
  ...(link.master === undefined ? [] : [[linkAttribute.master, u32(link.master)] as const]),
];

/** Makes a link; refused with EEXIST when its name or its other end's is taken, and then nothing has changed. */
export const newLink = (link: NewLink): Message => ({
  type: linkType.newLink,
  flags: flag.request | flag.ack | flag.create | flag.exclusive,
  body: header(0, link.up),
  attributes: [
    [linkAttribute.name, text(link.name)],
    ...settings(link),
    [linkAttribute.linkInfo | nested, [[linkInfo.kind, text(link.kind.kind)], ...kindData(link.kind)]],
  ],
});

function kindData(kind: LinkKind): readonly Attribute[] {
  switch (kind.kind) {
    case "ifb":
      return [];
    case "bridge":
      return dataOf([
        [bridgeData.spanningTree, u32(0)],
        [bridgeData.multicastSnooping, u8(0)],
      ]);
    case "vxlan": {
      const local = address(kind.local);
      return dataOf([
        [vxlanData.id, u32(kind.id)],
        ...(kind.link === undefined ? [] : [[vxlanData.link, u32(kind.link)] as const]),
        [local.length === 4 ? vxlanData.local : vxlanData.local6, local],
        [vxlanData.learning, u8(0)],
        [vxlanData.port, be16(kind.port)],
      ]);
    }
    case "veth": {
      const { peer, namespaceFd } = kind;
      const attributes: readonly Attribute[] = [
        [linkAttribute.name, text(peer.name)],
        ...settings(peer),
        [linkAttribute.namespaceFd, u32(namespaceFd)],
      ];
      return dataOf([[vethPeer | nested, joined(header(0), encodeAttributes(attributes))]]);
    }
  }
}

const dataOf = (attributes: readonly Attribute[]): readonly Attribute[] => [[linkInfo.data | nested, attributes]];

/** Changes what `settings` names on the link with this index. */
export const setLink = (index: number, change: LinkChange): Message => ({
  type: linkType.newLink,
  flags: flag.request | flag.ack,
  body: header(index, change.up),
  attributes: [
    ...settings(change),
    ...(change.alias === undefined ? [] : [[linkAttribute.alias, text(change.alias)] as const]),
    ...(change.port === undefined
      ? []
      : [
          [
            linkAttribute.linkInfo | nested,
            [
              [linkInfo.portKind, text("bridge")],
              [linkInfo.portData | nested, portAttributes(change.port)],
            ],
          ] as const,
        ]),
  ],
});

export const portMembers = [
  "hairpin",
  "learning",
  "unicastFlood",
  "multicastFlood",
  "broadcastFlood",
  "isolated",
] as const satisfies readonly (keyof PortSettings)[];

const portAttributes = (port: PortSettings): readonly Attribute[] =>
  portMembers.flatMap((name): Attribute[] => {
    const value = port[name];
    return value === undefined ? [] : [[portData[name], u8(value ? 1 : 0)]];
  });

/** Puts a link into a group: what `deleteGroup` deletes at once. */
export const setGroup = (index: number, group: number): Message => ({
  type: linkType.newLink,
  flags: flag.request | flag.ack,
  body: header(index),
  attributes: [[linkAttribute.group, u32(group)]],
});

export const deleteLink = (index: number): Message => ({
  type: linkType.deleteLink,
  flags: flag.request | flag.ack,
  body: header(index),
  attributes: [],
});

/** Deletes every link in the group; refused with ENODEV when there is none. */
export const deleteGroup = (group: number): Message => ({
  type: linkType.deleteLink,
  flags: flag.request | flag.ack,
  body: header(0),
  attributes: [[linkAttribute.group, u32(group)]],
});

/** Asks for the one link of that name. */
export const getLink = (name: string): Message => ({
  type: linkType.getLink,
  flags: flag.request,
  body: header(0),
  attributes: [
    [linkAttribute.name, text(name)],
    [linkAttribute.extendedMask, u32(skipStatistics)],
  ],
});

/** Asks for the one link with that index. */
export const getLinkAt = (index: number): Message => ({
  type: linkType.getLink,
  flags: flag.request,
  body: header(index),
  attributes: [[linkAttribute.extendedMask, u32(skipStatistics)]],
});

export const dumpLinks = (): Message => ({
  type: linkType.getLink,
  flags: flag.request | flag.dump,
  body: header(0),
  attributes: [[linkAttribute.extendedMask, u32(skipStatistics)]],
});
