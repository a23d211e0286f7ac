import { describe, it } from "node:test";
import { kubeForTest, type KubeOptions } from "../kube/index.ts";
import { sized } from "../size.ts";
import { allTalkToAll, endPeers, startPeers } from "./peers.ts";
import { deploy, nothingIsLeft, scaleTo } from "./pods.ts";

const peersAtOnce = sized({ small: 6, full: 40 });
const rounds = sized({ small: 2, full: 10 });
const perRound = sized({ small: 8, full: 50 });

const variants: readonly Required<Pick<KubeOptions, "links" | "proxy" | "containerd">>[] = [
  { links: 2, proxy: "nftables", containerd: "2" },
  { links: 1, proxy: "iptables", containerd: "1.6" },
];

describe("pods on real kubelets with Heddle's agent", () => {
  // What the small size leaves out, the agent's image is tried on (image.real.test.ts).
  for (const variant of sized({ small: variants.slice(0, 1), full: variants })) {
    const { links, proxy, containerd } = variant;
    const where = `on ${links === 1 ? "one link" : "two links"}, kube-proxy by ${proxy}, containerd ${containerd}`;
    it(`${peersAtOnce} at once talk all to all, come and go, and leave nothing behind: ${where}`, async (t) => {
      const startedMs = performance.now();
      const note = (what: string): void => t.diagnostic(`${what}: ${Math.round(performance.now() - startedMs)} ms`);
      const cluster = await kubeForTest(t, { nodes: 2, cni: "heddle", ipFamilies: "dual", ...variant });
      if (cluster === undefined) return;
      note("two nodes are Ready");
      const peers = await startPeers(cluster, peersAtOnce);
      note(`${peersAtOnce} pods are Ready`);
      await allTalkToAll(cluster, peers);
      note("all talked to all");
      await endPeers(cluster);
      await nothingIsLeft(cluster);
      note("nothing is left");
      await deploy(cluster);
      for (let round = 1; round <= rounds; round++) {
        await scaleTo(cluster, perRound);
        await scaleTo(cluster, 0);
        await nothingIsLeft(cluster);
        note(`round ${round}: 0 → ${perRound} → 0`);
      }
    });
  }
});
