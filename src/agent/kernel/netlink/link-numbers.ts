/** Numbers of linux/rtnetlink.h, linux/if_link.h and linux/if.h that links are told with. */
export const linkType = { newLink: 16, deleteLink: 17, getLink: 18 } as const;

export const linkAttribute = {
  address: 1,
  name: 3,
  mtu: 4,
  link: 5,
  master: 10,
  linkInfo: 18,
  alias: 20,
  group: 27,
  namespaceFd: 28,
  extendedMask: 29,
  linkNamespaceId: 37,
} as const;

export const linkInfo = { kind: 1, data: 2, portKind: 4, portData: 5 } as const;
export const vethPeer = 1;
export const bridgeData = { spanningTree: 5, multicastSnooping: 23 } as const;
export const portData = {
  hairpin: 4,
  learning: 8,
  unicastFlood: 9,
  multicastFlood: 27,
  broadcastFlood: 30,
  isolated: 33,
} as const;
export const vxlanData = { id: 1, link: 3, local: 4, learning: 7, port: 15, local6: 17 } as const;
export const linkUp = 0x1;
export const linkRunning = 0x40;
/** AF_BRIDGE */
export const familyBridge = 7;
/** RTEXT_FILTER_SKIP_STATS: counters are most of a link's bytes and nothing here reads them. */
export const skipStatistics = 8;
