import { addressOf, decodeAttributes, macOf, numberOf, textOf, viewOf } from "./attributes.ts";
import { linkAttribute, linkInfo, linkRunning, linkUp, portData, vxlanData } from "./link-numbers.ts";
import type { Reply } from "./message.ts";

/** A link as the kernel has it. */
export type LinkState = Readonly<{
  index: number;
  name: string;
  /** "veth", "bridge" …; "" for what has none, as "lo" and real hardware. */
  kind: string;
  mac: string;
  mtu: number;
  up: boolean;
  /** It is up, its other end is, and packets pass. */
  running: boolean;
  /** The index of the bridge that it is a port of. */
  master?: number;
  /** Of a veth: the other end's index, in the namespace that the other end is in. */
  peer?: number;
  alias?: string;
  port?: Readonly<Record<keyof typeof portData, boolean>>;
  vxlan?: Readonly<{ id: number; port: number; local: string; link?: number }>;
}>;

/** Reads RTM_NEWLINK. */
export function decodeLink({ body }: Reply): LinkState {
  const view = viewOf(body);
  const attributes = decodeAttributes(body.subarray(16));
  const info = decodeAttributes(attributes.get(linkAttribute.linkInfo) ?? new Uint8Array());
  const kind = textOf(info.get(linkInfo.kind)) ?? "";
  const master = numberOf(attributes.get(linkAttribute.master));
  const peer = numberOf(attributes.get(linkAttribute.link));
  const alias = textOf(attributes.get(linkAttribute.alias));
  const port = info.get(linkInfo.portData);
  const data = info.get(linkInfo.data);
  return {
    index: view.getInt32(4, true),
    name: textOf(attributes.get(linkAttribute.name)) ?? "",
    kind,
    mac: macOf(attributes.get(linkAttribute.address)) ?? "",
    mtu: numberOf(attributes.get(linkAttribute.mtu)) ?? 0,
    up: (view.getUint32(8, true) & linkUp) !== 0,
    running: (view.getUint32(8, true) & linkRunning) !== 0,
    ...(master === undefined ? {} : { master }),
    ...(peer === undefined ? {} : { peer }),
    ...(alias === undefined ? {} : { alias }),
    ...(master === undefined || port === undefined ? {} : { port: decodePort(port) }),
    ...(kind === "vxlan" && data !== undefined ? { vxlan: decodeVxlan(data) } : {}),
  };
}

function decodePort(bytes: Uint8Array): NonNullable<LinkState["port"]> {
  const attributes = decodeAttributes(bytes);
  const is = (name: keyof typeof portData): boolean => numberOf(attributes.get(portData[name])) === 1;
  return {
    hairpin: is("hairpin"),
    learning: is("learning"),
    unicastFlood: is("unicastFlood"),
    multicastFlood: is("multicastFlood"),
    broadcastFlood: is("broadcastFlood"),
    isolated: is("isolated"),
  };
}

function decodeVxlan(bytes: Uint8Array): NonNullable<LinkState["vxlan"]> {
  const attributes = decodeAttributes(bytes);
  const port = attributes.get(vxlanData.port);
  const link = numberOf(attributes.get(vxlanData.link)) ?? 0;
  return {
    id: numberOf(attributes.get(vxlanData.id)) ?? 0,
    port: port === undefined ? 0 : viewOf(port).getUint16(0, false),
    local: addressOf(attributes.get(vxlanData.local) ?? attributes.get(vxlanData.local6)) ?? "",
    ...(link === 0 ? {} : { link }),
  };
}
