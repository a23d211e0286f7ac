import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatAddress, type IpAddress, parseAddress, parseCidr } from "../../../model/index.ts";
import { type AttachmentKey } from "../../attachment.ts";
import { type AttachedLink, type Attachment, type Pool, type Wanted } from "../model.ts";
import { planPools } from "../pool.ts";

/** The address that a test writes down. */
export function address(text: string): IpAddress {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(`the test's "${text}" is no address`);
  return parsed;
}

export const key = (containerId: string, ifname = "eth0"): AttachmentKey => ({
  network: "heddle",
  containerId,
  ifname,
});

/** Pools of whole subnets, one range each. */
export const pools = (...subnets: readonly string[]): readonly Pool[] =>
  planPools(
    subnets.map((subnet) => [{ subnet: parseCidr(subnet) }]),
    undefined,
  );

export const link: AttachedLink = {
  netns: "/run/netns/a",
  bridge: "cni-bridge0",
  mtu: 1500,
  mac: "02:00:00:00:00:01",
  routes: [{ destination: "0.0.0.0/0" }],
};

/** What an ADD wants that asks for nothing. */
export const wantedOf = (from: readonly Pool[]): Wanted => ({ pools: from, link });

export const textsOf = ({ addresses }: Pick<Attachment, "addresses">): readonly string[] =>
  addresses.map((held) => formatAddress(held.address));

/** An empty folder that is removed in the end, and the file of a book in it. */
export async function bookFolder(): Promise<AsyncDisposable & Readonly<{ folder: string; path: string }>> {
  const folder = await mkdtemp(join(tmpdir(), "heddle-addresses-"));
  return {
    folder,
    path: join(folder, "agent.db"),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
