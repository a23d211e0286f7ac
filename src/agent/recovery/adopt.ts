import { cidrContains, compareAddresses, type IpAddress, networkOf, parseAddress } from "../../model/index.ts";
import { type Attachment, type HeldAddress } from "../addresses/model.ts";
import { type AttachmentKey } from "../attachment.ts";
import { type KernelState, type ObservedLink } from "../kernel/model.ts";
import { attachedPortOf } from "../attach/describe.ts";
import { portsTo } from "../rules/ports-to.ts";
import { type Found } from "./model.ts";
import { podHolding } from "./name-pods.ts";

/**
 * An attachment as the kernel alone tells it: the key by the link's alias, the pod's MAC by the port's forwarding entry,
 * its addresses by the bridge's neighbours with that MAC, its host ports by what leads to these. Undefined when there is
 * no address of it.
 */
export function adoptable(key: AttachmentKey, link: ObservedLink, { kernel, pods }: Found): Attachment | undefined {
  const { bridge } = link;
  const mac = kernel.forwarding.find((one) => one.link === link.name && one.permanent && one.mac !== link.mac)?.mac;
  if (bridge === undefined || mac === undefined) return undefined;
  const addresses = kernel.neighbours
    .filter((one) => one.link === bridge && one.mac === mac)
    .flatMap(({ address }) => heldOn(bridge, parseAddress(address), kernel))
    .toSorted((a, b) => compareAddresses(a.address, b.address));
  if (addresses.length === 0) return undefined;
  const ports =
    kernel.table === undefined
      ? []
      : portsTo(
          kernel.table,
          addresses.map(({ address }) => address),
        );
  const pod = podHolding(addresses, pods);
  return {
    key,
    addresses,
    ...(pod && { pod }),
    link: { bridge, mtu: link.mtu, mac, routes: [], ...(ports.length > 0 && { ports: ports.map(attachedPortOf) }) },
    settled: true,
    reservedAtMs: 0,
  };
}

/** In the network of the bridge's address that it lies in; none when it lies in none. */
function heldOn(
  bridge: string,
  address: IpAddress | undefined,
  { addresses }: Pick<KernelState, "addresses">,
): readonly HeldAddress[] {
  for (const own of addresses) {
    const gateway = parseAddress(own.address);
    if (own.link !== bridge || gateway === undefined || address === undefined) continue;
    if (cidrContains(networkOf({ address: gateway, bits: own.bits }), address))
      return [{ address, bits: own.bits, gateway }];
  }
  return [];
}
