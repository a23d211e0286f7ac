import type { PodLink } from "../model.ts";

/** A pod with an address of each family, and a route by a gateway that is not the node's. */
export const pod: PodLink = {
  key: { network: "heddle", containerId: "4f3c", ifname: "eth0" },
  netns: "/run/netns/cni-1",
  bridge: "cni-bridge0",
  mtu: 1450,
  mac: "0a:58:0a:f4:01:0b",
  addresses: [
    { address: "10.244.1.11", gateway: "10.244.1.1" },
    { address: "fd00:10:244:1::b", gateway: "fd00:10:244:1::1" },
  ],
  routes: [{ destination: "0.0.0.0/0" }, { destination: "10.96.0.0/12", via: "10.244.1.9" }, { destination: "::/0" }],
};
