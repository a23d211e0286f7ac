import { messageOf, UsageError } from "../base/index.ts";
import { isJsonObject, type JsonObject, listAt, stringAt } from "../model/index.ts";
import { parseConfig } from "./cni/config.ts";
import { CniError } from "./cni/errors.ts";
import { cniVersions, type NetworkConfig } from "./cni/model.ts";

/**
 * Reads what `--network` names: a conflist with one plugin of the type heddle-cni, others beside it. Throws a UsageError
 * HEDDLE_AGENT_NETWORK_INVALID that names the file and the field.
 */
export function parseNetworkFile(text: string, path: string): JsonObject {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw invalid(path, `it is no JSON: ${messageOf(error)}`);
  }
  if (!isJsonObject(json)) throw invalid(path, "expected an object with name and plugins");
  try {
    networkConfigOf(json);
  } catch (error) {
    if (error instanceof CniError) throw invalid(path, [error.message, error.text].filter(Boolean).join(": "));
    throw error;
  }
  return json;
}

const invalid = (path: string, why: string): UsageError =>
  new UsageError(`${path} is no network's configuration: ${why}`, { code: "HEDDLE_AGENT_NETWORK_INVALID" });

/** What the plugin will read of a conflist. Throws a CniError with code 7. */
export function networkConfigOf(conflist: JsonObject): NetworkConfig {
  const plugins = listAt(conflist, "plugins").filter((entry) => stringAt(entry, "type") === "heddle-cni");
  const [plugin] = plugins;
  if (!isJsonObject(plugin) || plugins.length > 1)
    throw new CniError(`plugins holds ${plugins.length} of the type heddle-cni: expected one`, { cniCode: 7 });
  const { name, cniVersion = "1.0.0" } = conflist;
  if (!cniVersions.some((known) => known === cniVersion))
    throw new CniError(`cniVersion: ${JSON.stringify(cniVersion)}: expected one of ${cniVersions.join(", ")}`, {
      cniCode: 7,
    });
  // As libcni hands it to the plugin (1.1.0, section 3: "Deriving execution configuration").
  return parseConfig({ ...plugin, name: name ?? "heddle", cniVersion }).config;
}
