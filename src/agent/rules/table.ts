import { type Cidr, formatCidr, type IpFamily } from "../../model/index.ts";
import { tunnel } from "../routes/model.ts";
import { type ElementSet, type Entry, entryText } from "./elements.ts";
import { type NodeRules, tableName } from "./model.ts";

/**
 * The node's table as nft(8) reads it: in place of the one that is there, in one transaction, elements included. Its rules
 * stay as they are for as long as the node's ranges do; pods and nodes come and go as elements of its sets and maps.
 *
 * hostPort   what reaches an address of the node goes on to the pod; from the node's own loopback and from the pod itself
 *            with the node's address as its sender, or the answer would not come back this way.
 * masquerade what leaves the cluster from a pod has the node's address as its sender.
 * tunnel     what says that it comes by the tunnel is let in from other nodes alone, and no pod may send such a thing to
 *            where it would come as from this node: whoever reaches a node's port could else speak to pods as any of them.
 * forward    what comes from or goes to a bridge is accepted, as far as this table can say.
 */
export function renderTable({ bridges, pods, cluster, peers }: NodeRules, entries: readonly Entry[] = []): string {
  const bySet = Map.groupBy(entries, ({ set }) => set);
  const inSet = (set: ElementSet): string => listed((bySet.get(set) ?? []).map(entryText));
  const names = bridges.map((bridge) => `"${bridge}"`);
  const link = names.length === 1 ? names[0] : `{ ${names.join(", ")} }`;
  return `table inet ${tableName}
delete table inet ${tableName}
table inet ${tableName} {
	map hostports4 {
		type inet_proto . inet_service : ipv4_addr . inet_service${inSet("hostports4")}
	}
	map hostports6 {
		type inet_proto . inet_service : ipv6_addr . inet_service${inSet("hostports6")}
	}
	map hostips4 {
		type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service${inSet("hostips4")}
	}
	map hostips6 {
		type ipv6_addr . inet_proto . inet_service : ipv6_addr . inet_service${inSet("hostips6")}
	}
	set self4 {
		type ipv4_addr . ipv4_addr${inSet("self4")}
	}
	set self6 {
		type ipv6_addr . ipv6_addr${inSet("self6")}
	}
	set peers4 {
		type ipv4_addr${inSet("peers4")}
	}
	set peers6 {
		type ipv6_addr${inSet("peers6")}
	}
	set pods4 {
		type ipv4_addr
		flags interval
		auto-merge${elements(pods, 4)}
	}
	set pods6 {
		type ipv6_addr
		flags interval
		auto-merge${elements(pods, 6)}
	}
	set cluster4 {
		type ipv4_addr
		flags interval
		auto-merge${elements(cluster, 4)}
	}
	set cluster6 {
		type ipv6_addr
		flags interval
		auto-merge${elements(cluster, 6)}
	}
	chain hostports {
		dnat ip to ip daddr . meta l4proto . th dport map @hostips4
		dnat ip to meta l4proto . th dport map @hostports4
		ip6 daddr ::1 return
		dnat ip6 to ip6 daddr . meta l4proto . th dport map @hostips6
		dnat ip6 to meta l4proto . th dport map @hostports6
	}
	chain strangers {
		type filter hook prerouting priority raw; policy accept;
		iifname ${link} ip daddr 127.0.0.0/8 drop
	}
	chain prerouting {
		type nat hook prerouting priority dstnat; policy accept;
		meta l4proto { tcp, udp, sctp } fib daddr type local jump hostports
	}
	chain output {
		type nat hook output priority -100; policy accept;
		meta l4proto { tcp, udp, sctp } fib daddr type local jump hostports
	}
	chain postrouting {
		type nat hook postrouting priority srcnat; policy accept;
		ct status dnat ip saddr . ip daddr @self4 masquerade
		ct status dnat ip6 saddr . ip6 daddr @self6 masquerade
		ct status dnat ip saddr 127.0.0.0/8 oifname ${link} masquerade
		oifname ${link} return
		ip saddr @pods4 ip daddr != @cluster4 ip daddr != 224.0.0.0/4 masquerade fully-random
		ip6 saddr @pods6 ip6 daddr != @cluster6 ip6 daddr != ff00::/8 masquerade fully-random
	}
	chain input {
		type filter hook input priority filter; policy accept;${peers === undefined ? "" : `\n\t\t${tunnelled} goto tunnel`}
	}
	chain tunnel {
		iifname ${link} drop
		ip saddr @peers4 accept
		ip6 saddr @peers6 accept
		drop
	}
	chain forward {
		type filter hook forward priority filter; policy accept;
		iifname ${link} goto outgoing
		oifname ${link} accept
	}
	chain outgoing {
		meta l4proto != udp accept
		${tunnelled} ip daddr != @cluster4 drop
		${tunnelled} ip6 daddr != @cluster6 drop
		accept
	}
}
`;
}

/** Where a VXLAN's identifier is, in bits from the UDP header's beginning, and how many bits it has (RFC 7348, section 5). */
const vxlanId = "96,24";

const tunnelled = `udp dport ${tunnel.port} @th,${vxlanId} ${tunnel.id}`;

const elements = (cidrs: readonly Cidr[], family: IpFamily): string =>
  listed(cidrs.filter((cidr) => cidr.family === family).map(formatCidr));

/** An empty list of elements is no text that nft reads; nor is one that has the same twice. */
const listed = (texts: readonly string[]): string =>
  texts.length === 0 ? "" : `\n\t\telements = { ${[...new Set(texts)].join(", ")} }`;
