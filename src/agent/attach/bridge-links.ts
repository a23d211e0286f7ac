import { type Cidr, cidrContains, formatAddress, parseAddress } from "../../model/index.ts";
import { type Attachment, type HeldAddress } from "../addresses/model.ts";
import type { KernelState, Operation } from "../kernel/model.ts";
import type { NodeLinks } from "../links/model.ts";

/**
 * A bridge as its network wants it and the pods on it need it, which may be of before a change: their gateways stay, and
 * no packet may be larger than the least of their links takes, or the bridge would drop it without a word to its sender.
 */
export function withPods(wanted: NodeLinks, attachments: readonly Attachment[]): NodeLinks {
  let { mtu } = wanted;
  // By their numbers: a thousand pods have one or two, and each runtime's question comes by here.
  const held = { 4: new Map<bigint, HeldAddress>(), 6: new Map<bigint, HeldAddress>() };
  for (const { link, addresses } of attachments) {
    if (link.bridge !== wanted.bridge) continue;
    mtu = Math.min(mtu, link.mtu);
    for (const address of addresses) held[address.gateway.family].set(address.gateway.value, address);
  }
  const gateways = [...held[4].values(), ...held[6].values()].map(({ gateway, bits }) => ({
    address: formatAddress(gateway),
    bits,
  }));
  return {
    ...wanted,
    mtu,
    gateways: [...new Map([...gateways, ...wanted.gateways].map((gateway) => [gateway.address, gateway])).values()],
  };
}

/**
 * Takes away the gateways of blocks that are another node's by now, from bridges where no pod needs them: the kernel would
 * look for that node's pods on the bridge.
 */
export const planStrayGateways = (
  bridges: readonly NodeLinks[],
  others: readonly Cidr[],
  { addresses }: Pick<KernelState, "addresses">,
): readonly Operation[] =>
  addresses.flatMap(({ link, address: text, bits }): readonly Operation[] => {
    const address = parseAddress(text);
    const on = bridges.filter(({ bridge }) => bridge === link);
    if (address === undefined || on.length === 0) return [];
    if (on.some(({ gateways }) => gateways.some((gateway) => gateway.address === text))) return [];
    if (!others.some((block) => cidrContains(block, address))) return [];
    return [{ op: "address.delete", in: "node", link, address: text, bits }];
  });
