import assert from "node:assert/strict";
import { addressToBytes, parseAddress } from "../../src/model/index.ts";
import type { KubeCluster, KubeNode } from "../kube/index.ts";

/**
 * A pod that tells its name, and the address that the connection seems to come from, to who connects: at its own
 * addresses, its service's, and its node's by a host port.
 */
export type Peer = Readonly<{
  name: string;
  node: KubeNode;
  addresses: readonly string[];
  clusterIps: readonly string[];
  hostPort: number;
}>;

const labels = { app: "peer" };
const selector = "app=peer";

/** That many at once, by turns on every node; resolves when all are Ready. */
export async function startPeers(cluster: KubeCluster, count: number): Promise<readonly Peer[]> {
  const wanted = Array.from({ length: count }, (_, index) => {
    const node = cluster.nodes[index % cluster.nodes.length];
    assert.ok(node !== undefined);
    return { name: `peer-${index}`, node, hostPort: 8000 + index };
  });
  const items = wanted.flatMap(({ name, node, hostPort }) => [
    service(name),
    pod(name, { node: node.name, hostPort, image: cluster.busyboxImage }),
  ]);
  await cluster.kubectl(["apply", "-f", "-"], { input: JSON.stringify({ apiVersion: "v1", kind: "List", items }) });
  await cluster.kubectl(["wait", "pods", "-l", selector, "--for=condition=Ready", "--timeout=180s"]);
  const told = JSON.parse(await cluster.kubectl(["get", "pods,services", "-l", selector, "-o", "json"])) as Told;
  return wanted.map((peer) => {
    const [addresses = [], clusterIps = []] = ["Pod", "Service"].map((kind) => {
      const found = told.items.find((item) => item.kind === kind && item.metadata.name === peer.name);
      return found?.status.podIPs?.map(({ ip }) => ip) ?? found?.spec.clusterIPs ?? [];
    });
    return { ...peer, addresses, clusterIps };
  });
}

type Told = Readonly<{
  items: readonly Readonly<{
    kind: string;
    metadata: Readonly<{ name: string }>;
    spec: Readonly<{ clusterIPs?: readonly string[] }>;
    status: Readonly<{ podIPs?: readonly Readonly<{ ip: string }>[] }>;
  }>[];
}>;

export async function endPeers(cluster: KubeCluster): Promise<void> {
  await cluster.kubectl(["delete", "pods,services", "-l", selector, "--wait=true", "--timeout=180s"]);
}

const service = (name: string): object => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, labels },
  spec: { ipFamilyPolicy: "RequireDualStack", selector: { peer: name }, ports: [{ port: 80 }] },
});

const pod = (
  name: string,
  { node, hostPort, image }: Readonly<{ node: string; hostPort: number; image: string }>,
): object => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, labels: { ...labels, peer: name } },
  spec: {
    nodeName: node,
    terminationGracePeriodSeconds: 0,
    containers: [
      {
        name: "main",
        image,
        command: ["nc", "-ll", "-p", "80", "-e", "/bin/sh", "-c", tellSender, name],
        ports: [{ containerPort: 80, hostPort }],
      },
    ],
  },
});

/** A shell's: its name, and the other end of the connection that is its input, as the kernel prints the address. */
const tellSender = `
readlink /proc/self/fd/0 | tr -dc 0-9 | {
  read -r inode
  cat /proc/net/tcp /proc/net/tcp6 |
    awk -v name="$0" -v inode="$inode" '$10 == inode { sub(":.*", "", $3); print name, $3 }'
}`;

/**
 * Every peer and every node asks every peer, itself included: by ping and TCP at both of its addresses, by its service's
 * both addresses, by its host port at both of its node's; and every peer pings every node. What a peer sends to a peer, or
 * by a service to another, arrives with its own address. All that was not answered so is told, by whom and where.
 */
export async function allTalkToAll(cluster: KubeCluster, peers: readonly Peer[]): Promise<void> {
  for (const { name, addresses, clusterIps } of peers)
    assert.deepEqual([addresses.length, clusterIps.length], [2, 2], `${name} has addresses of both families`);
  const all = peers.flatMap(({ addresses }) => addresses);
  assert.equal(new Set(all).size, all.length, "no address twice");
  const toNodes = cluster.nodes.flatMap((node) => addressesOf(node).map(answers));
  const askers = [
    ...peers.map((asker) => ({
      name: asker.name,
      ask: (input: string) => cluster.kubectl(["exec", "-i", asker.name, "--", "sh"], { input }),
      script: script([...peers.flatMap((peer) => questions(peer, asker)), ...toNodes]),
    })),
    ...cluster.nodes.map((node) => ({
      name: node.name,
      ask: (input: string) => node.exec(["sh"], { input }),
      script: script([...peers.flatMap((peer) => questions(peer)), ...ownHostPorts(node, peers)]),
    })),
  ];
  const unanswered: string[] = [];
  const askOneByOne = async (): Promise<void> => {
    for (let asker = askers.pop(); asker !== undefined; asker = askers.pop()) {
      const said = await asker.ask(asker.script);
      if (said !== `${asked}\n`) unanswered.push(`${asker.name}: ${said}`);
    }
  };
  await Promise.all([askOneByOne(), askOneByOne(), askOneByOne()]);
  assert.deepEqual(unanswered, []);
}

/** A node has many addresses; and a peer that its own service leads back to itself would not hear itself by its own. */
const questions = (peer: Peer, asker?: Peer): readonly string[] => {
  const { name, node, addresses, clusterIps, hostPort } = peer;
  const keptTo = (address: string): string | undefined => asker && sender(asker, address);
  return [
    ...addresses.map(answers),
    ...addresses.map((address) => hears(name, { address, port: 80, from: keptTo(address) })),
    ...clusterIps.map((address) =>
      hears(name, { address, port: 80, from: asker === peer ? undefined : keptTo(address) }),
    ),
    ...addressesOf(node).map((address) => hears(name, { address, port: hostPort })),
  ];
};

/** The asker's address of the family. */
const sender = ({ addresses }: Peer, address: string): string | undefined =>
  addresses.find((own) => own.includes(":") === address.includes(":"));

/** A node reaches its own pods' host ports by its loopback too. */
const ownHostPorts = (node: KubeNode, peers: readonly Peer[]): readonly string[] =>
  peers
    .filter((peer) => peer.node === node)
    .map(({ name, hostPort }) => hears(name, { address: "127.0.0.1", port: hostPort }));

const addressesOf = ({ address, address6 }: KubeNode): readonly string[] => [
  address,
  ...(address6 === undefined ? [] : [address6]),
];

const answers = (address: string): string => `answers ${address.includes(":") ? "ping6" : "ping"} ${address}`;

type Question = Readonly<{ address: string; port: number; from?: string | undefined }>;

/** Without `from` whoever the sender is. */
const hears = (name: string, { address, port, from }: Question): string =>
  `hears ${name} ${address} ${port} '${from === undefined ? "*" : kernelText(from)}' ${from ?? "anyone"}`;

/** As /proc/net/tcp6 prints it, where an address of IPv4 is the end of one of IPv6: words of four bytes, the last first. */
function kernelText(address: string): string {
  const parsed = parseAddress(address);
  assert.ok(parsed !== undefined, address);
  const words = Buffer.from(addressToBytes(parsed)).swap32().toString("hex").toUpperCase();
  return parsed.family === 4 ? `*${words}` : words;
}

const asked = "all was asked";

/**
 * A shell's: what is not answered is a line. Asked again for as long as kube-proxy may take to hear of a service on a busy
 * machine; once that was in vain, hardly again; after three that were not, what comes next would not be either.
 */
const script = (lines: readonly string[]): string => `
failed() { echo "$1"; patience=3; failures=$((failures + 1)); [ $failures -lt 3 ] || exit 0; }
again() { [ $try -lt $patience ] || return 1; try=$((try + 1)); busybox sleep 0.5; }
answers() {
  try=0
  until busybox $1 -c 1 -W 3 $2 >/dev/null 2>&1; do again || { failed "$2 does not answer"; return; }; done
}
heard() { case "$said" in "$1 "$2) ;; *) false ;; esac; }
hears() {
  try=0
  until said=$(busybox timeout 10 busybox nc -w 5 $2 $3 </dev/null 2>&1); heard $1 "$4"; do
    again || { failed "$1 is not heard at $2 port $3, or does not see $5 ($4) as the sender: $said"; return; }
  done
}
failures=0 patience=60
${lines.join("\n")}
echo ${asked}
`;
