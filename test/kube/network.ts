import { messageOf, HeddleError } from "../../src/base/index.ts";
import { type AddressPlan, maxClusters, type NodePlan, planAddresses } from "./addresses.ts";
import type { Enclosure } from "./enclosure.ts";
import type { KubeOptions } from "./model.ts";
import { run } from "./process.ts";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Claims a free cluster number and builds its links: a veth from the host's namespace into the cluster's, where bridges
 * with addresses of their own are the nodes' networks and the cluster's namespace routes between them.
 */
export async function buildNetwork(enclosure: Enclosure, options: KubeOptions): Promise<AddressPlan> {
  const plan = await claimNumber(enclosure, options);
  const [first] = plan.links;
  if (first === undefined) throw new Error("a plan has at least one link");
  await batch(netOf(enclosure.pid), [
    ...plan.links.flatMap(({ bridge, gateway, gateway6 }) => [
      `link add ${bridge} type bridge`,
      `link set ${bridge} up`,
      `address add ${gateway}/24 dev ${bridge}`,
      `-6 address add ${gateway6}/64 dev ${bridge} nodad`,
    ]),
    `link set uplink master ${first.bridge} up`,
  ]);
  await run([...netOf(enclosure.pid), "sh", "-c", forwarding]);
  const rest = plan.links.slice(1);
  await batch(
    [],
    [
      ...plan.hostAddresses.map(
        (address) => `address add ${address} dev ${plan.hostLink}${address.includes(":") ? " nodad" : ""}`,
      ),
      `link set ${plan.hostLink} up`,
      ...rest.map((link) => `route add ${link.gateway.replace(/1$/, "0")}/24 via ${first.gateway}`),
      ...rest.map((link) => `-6 route add ${link.gateway6.replace(/1$/, "")}/64 via ${first.gateway6}`),
    ],
  );
  return plan;
}

// The cluster's namespace is a router; redirects would let a node learn a path that its link does not have.
const forwarding = [
  "echo 1 >/proc/sys/net/ipv4/ip_forward",
  "echo 1 >/proc/sys/net/ipv6/conf/all/forwarding",
  "echo 0 >/proc/sys/net/ipv4/conf/all/send_redirects",
  "for file in /proc/sys/net/ipv4/conf/*/send_redirects; do echo 0 >$file; done",
].join("\n");

/** The network namespace only: in the PID namespace too, ip(8) could not name a process by the host's pid. */
const netOf = (pid: number): readonly string[] => ["nsenter", "--target", String(pid), "--net", "--"];

/** The first number whose veth is not there: making it is atomic, and the kernel gives it back when the cluster ends. */
async function claimNumber(enclosure: Enclosure, options: KubeOptions): Promise<AddressPlan> {
  // Stays: a client that outlives its cluster must fail here, not carry its question out by the default route.
  await run(["ip", "route", "replace", "unreachable", "198.18.0.0/15", "metric", "4294967295"]);
  for (let number = 1; number <= maxClusters; number++) {
    const plan = planAddresses(number, options);
    try {
      const peer = ["peer", "name", "uplink", "netns", String(enclosure.pid)];
      await run(["ip", "link", "add", plan.hostLink, "type", "veth", ...peer]);
    } catch (error) {
      if (messageOf(error).includes("File exists")) continue;
      throw error;
    }
    await writeFile(join(enclosure.directory, "link"), plan.hostLink);
    await writeFile(
      join(enclosure.directory, "link.index"),
      await readFile(`/sys/class/net/${plan.hostLink}/ifindex`, "utf8"),
    );
    return plan;
  }
  throw new HeddleError(`${maxClusters} clusters run already; take one down (npm run kube -- list)`, {
    code: "HEDDLE_TEST_KUBE_FULL",
  });
}

/** Puts a node on its link: eth0, addresses, and the link's gateway for everything else. */
export async function connectNode(enclosure: Enclosure, node: NodePlan, pid: number): Promise<void> {
  const { link } = node;
  await batch(netOf(enclosure.pid), [
    `link add ${node.name} type veth peer name eth0 netns ${pid}`,
    `link set ${node.name} master ${link.bridge} up`,
  ]);
  await batch(
    ["nsenter", "--target", String(pid), "--net", "--"],
    [
      `link set lo up`,
      `address add ${node.address}/24 dev eth0`,
      `-6 address add ${node.address6}/64 dev eth0 nodad`,
      `link set eth0 up`,
      `route add default via ${link.gateway}`,
      `-6 route add default via ${link.gateway6}`,
    ],
  );
}

/** Makes the cluster's router send each node's pod ranges to that node. For CNI reference, which routes nothing itself. */
export async function routePods(enclosure: Enclosure, nodes: readonly NodePlan[]): Promise<void> {
  const routes = nodes.flatMap((node) =>
    node.podCidrs.map((cidr) =>
      cidr.includes(":") ? `-6 route add ${cidr} via ${node.address6}` : `route add ${cidr} via ${node.address}`,
    ),
  );
  if (routes.length > 0) await batch(netOf(enclosure.pid), routes);
}

/** ip(8) in batch mode; `-6` is an option of ip itself, which a batch line cannot give, so IPv6 lines go separately. */
async function batch(enter: readonly string[], lines: readonly string[]): Promise<void> {
  const six = lines.filter((line) => line.startsWith("-6 ")).map((line) => line.slice(3));
  const others = lines.filter((line) => !line.startsWith("-6 "));
  await run([...enter, "ip", "-batch", "-"], { input: `${others.join("\n")}\n` });
  if (six.length > 0) await run([...enter, "ip", "-6", "-batch", "-"], { input: `${six.join("\n")}\n` });
}
