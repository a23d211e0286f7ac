import { readFile } from "node:fs/promises";
import { type Logger, messageOf, systemCodeOf } from "../../base/index.ts";
import { formatAddress, formatCidr, isJsonObject, type JsonObject } from "../../model/index.ts";
import { type RangeConfig } from "../addresses/model.ts";
import { parseConfig } from "../cni/config.ts";
import { CniError } from "../cni/errors.ts";
import { type NetworkConfig } from "../cni/model.ts";
import { replaceFile } from "../replace-file.ts";

/**
 * Which networks there are on this node beside the agent's own: an agent that starts hears of them from the runtime only
 * when it calls for a pod of theirs, and until then their pods must go on talking.
 */
export type NetworkMemory = Readonly<{
  /** Of each what its bridge and rules follow from; none where nothing can be read. */
  recall(): Promise<readonly NetworkConfig[]>;
  /** Never fails: what cannot be written is told in the log. */
  remember(networks: readonly NetworkConfig[]): Promise<void>;
}>;

export const createNetworkMemory = ({ path, log }: Readonly<{ path: string; log: Logger }>): NetworkMemory => ({
  async recall() {
    try {
      const found: unknown = JSON.parse(await readFile(path, "utf8"));
      return Array.isArray(found) ? found.filter(isJsonObject).map((json) => parseConfig(json).config) : [];
    } catch (error) {
      if (systemCodeOf(error) !== "ENOENT")
        log.warn({ path, error: messageOf(error) }, "which networks there were cannot be read");
      if (systemCodeOf(error) !== undefined || error instanceof SyntaxError || error instanceof CniError) return [];
      throw error;
    }
  },
  async remember(networks) {
    try {
      await replaceFile(path, `${JSON.stringify(networks.map(pluginOf), undefined, 2)}\n`);
    } catch (error) {
      log.warn({ path, error: messageOf(error) }, "which networks there are cannot be kept for the next start");
    }
  },
});

/** As a plugin's configuration, so that reading it is reading one. */
const pluginOf = ({ name, bridge, mtu, rangeSets, tunnel }: NetworkConfig): JsonObject => ({
  name,
  type: "heddle-cni",
  bridge,
  mtu,
  ipam: { type: "host-local", ranges: rangeSets.map((set) => set.map(rangeOf)) },
  heddle: { tunnel },
});

const rangeOf = ({ subnet, first, last, gateway }: RangeConfig): JsonObject => ({
  subnet: formatCidr(subnet),
  ...(first && { rangeStart: formatAddress(first) }),
  ...(last && { rangeEnd: formatAddress(last) }),
  ...(gateway && { gateway: formatAddress(gateway) }),
});
