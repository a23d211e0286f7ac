import type { KernelState, Observation } from "../kernel/model.ts";
import type { NodeLinks } from "../links/model.ts";

const forwarding = { 4: "net/ipv4/ip_forward", 6: "net/ipv6/conf/all/forwarding" } as const;

/** What must be looked at to tell whether pods that are there still have their network. */
export const whatCanFail = (wanted: readonly NodeLinks[]): Observation => ({
  links: wanted.map(({ bridge }) => bridge),
  addresses: true,
  sysctls: Object.values(forwarding),
});

/** What of bridges, gateways and forwarding is not as it was made, in words; nothing where all is. */
export const faultsOf = (wanted: readonly NodeLinks[], found: KernelState): readonly string[] => [
  ...new Set([...wanted.flatMap((links) => faultsOfBridge(links, found)), ...faultsOfForwarding(wanted, found)]),
];

function faultsOfBridge({ bridge, gateways }: NodeLinks, { links, addresses }: KernelState): readonly string[] {
  const link = links.find(({ name }) => name === bridge);
  if (link === undefined) return [`the bridge ${bridge} is not there`];
  return [
    ...(link.up ? [] : [`the bridge ${bridge} is down`]),
    ...gateways
      .filter(({ address }) => !addresses.some((one) => one.link === bridge && one.address === address))
      .map(({ address }) => `the bridge ${bridge} has lost the gateway ${address}`),
  ];
}

const faultsOfForwarding = (wanted: readonly NodeLinks[], { sysctls }: KernelState): readonly string[] =>
  ([4, 6] as const).flatMap((family) => {
    const isUsed = wanted.some(({ gateways }) =>
      gateways.some(({ address }) => address.includes(":") === (family === 6)),
    );
    return isUsed && sysctls.get(forwarding[family]) === "0" ? [`${forwarding[family]} is 0`] : [];
  });
