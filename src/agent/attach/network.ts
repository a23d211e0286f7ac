import { HeddleError } from "../../base/index.ts";
import { planPools } from "../addresses/pool.ts";
import { type Pool } from "../addresses/model.ts";
import { cniCodes, CniError } from "../cni/errors.ts";
import { type NetworkConfig, type PodNetwork } from "../cni/model.ts";
import { attach } from "./add.ts";
import { checkAttachment } from "./check.ts";
import { type PodNetworkDeps } from "./model.ts";
import { collect, deleteUnlessNewer, reclaim } from "./remove.ts";

export type PodNetworkOptions = Readonly<{
  /** Without Kubernetes: the whole range is this node's. */
  standalone: boolean;
  /** The agent's: a network that names another one is not for this agent. */
  databasePath: string;
}>;

/**
 * The verbs on this node: addresses from the book, links from the kernel. The book says first what shall be and last that
 * it is: after a crash in between, recovery finds the one without the other.
 */
export function createPodNetwork(deps: PodNetworkDeps, options: PodNetworkOptions): PodNetwork {
  const { kernel, book, base } = deps;
  return {
    async add(request, signal) {
      refuseOtherDatabase(request.config, options);
      const pools = poolsOf(request.config, deps, options);
      const mtu = await base.prepare(request.config, pools);
      signal.throwIfAborted();
      return attach(deps, { request, pools, mtu });
    },
    del: (request) => deleteUnlessNewer(deps, request),
    check: (request, signal) => checkAttachment({ kernel, attachment: book.find(request.key) }, request, signal),
    async status(config, signal) {
      const pools = availablePools(config, deps, options);
      if (!pools.every((pool) => book.hasFree(pool))) throw allHeld();
      await base.prepare(config, pools);
      const faults = await base.faults(signal);
      if (faults.length > 0)
        throw new CniError("the pods of this node may have lost their network", {
          cniCode: cniCodes.limitedConnectivity,
          details: `${faults.join("; ")}: it is being mended`,
        });
    },
    gc: (request) => collect(deps, request),
    reclaim: () => reclaim(deps),
  };
}

/** As an ADD would fail. */
function allHeld(): CniError {
  const message = "every address that this node gives out is held";
  const cause = new HeddleError(message, { code: "HEDDLE_ADDRESSES_EXHAUSTED", retryable: true });
  return new CniError(message, { cniCode: cniCodes.notAvailable, cause });
}

function refuseOtherDatabase(
  { databasePath }: NetworkConfig,
  { databasePath: own }: Pick<PodNetworkOptions, "databasePath">,
): void {
  if (databasePath === undefined || databasePath === own) return;
  throw new CniError("invalid network configuration", {
    cniCode: cniCodes.invalidConfig,
    details: `heddle.database: "${databasePath}": the agent of this node keeps its addresses in ${own}`,
  });
}

function poolsOf(config: NetworkConfig, { node }: PodNetworkDeps, { standalone }: PodNetworkOptions): readonly Pool[] {
  if (standalone) return planPools(config.rangeSets, undefined);
  const podCidrs = node.view().self?.podCidrs ?? [];
  if (podCidrs.length > 0) return planPools(config.rangeSets, podCidrs);
  throw new CniError("this node has no podCIDR yet", {
    cniCode: cniCodes.tryAgainLater,
    details:
      "the controller manager gives one by --allocate-node-cidrs; without Kubernetes start the agent --standalone",
  });
}

/** The same, when the question is whether a pod could be added. */
function availablePools(config: NetworkConfig, deps: PodNetworkDeps, options: PodNetworkOptions): readonly Pool[] {
  try {
    return poolsOf(config, deps, options);
  } catch (error) {
    if (!(error instanceof CniError)) throw error;
    throw new CniError(error.message, { cniCode: cniCodes.notAvailable, details: error.text, cause: error });
  }
}
