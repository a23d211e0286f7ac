import { type AttachedPod } from "../addresses/model.ts";
import { type IpAddress } from "../../model/index.ts";
import { cniCodes, CniError } from "./errors.ts";
import { addressWithNetwork, mac } from "./values.ts";

/** What CNI_ARGS say that Heddle understands; the rest it leaves alone when IgnoreUnknown is set. */
export type CniArgs = Readonly<{
  addresses: readonly IpAddress[];
  mac?: string | undefined;
  pod?: AttachedPod | undefined;
}>;

const known = new Set([
  "IgnoreUnknown",
  "IP",
  "MAC",
  "K8S_POD_NAMESPACE",
  "K8S_POD_NAME",
  "K8S_POD_UID",
  "K8S_POD_INFRA_CONTAINER_ID",
]);

/** Parses "K=V;K2=V2". Throws a CniError with code 4 that names CNI_ARGS and what is wrong with them. */
export function parseCniArgs(text: string): CniArgs {
  const pairs = new Map(text === "" ? [] : text.split(";").map(parsePair));
  if (!["1", "true"].includes((pairs.get("IgnoreUnknown") ?? "").toLowerCase())) {
    const unknown = [...pairs.keys()].filter((key) => !known.has(key));
    if (unknown.length > 0)
      throw invalid(`${unknown.join(", ")} mean nothing here; with IgnoreUnknown=1 they are left alone`);
  }
  const asked = pairs.get("MAC") || undefined;
  const ownMac = asked === undefined ? undefined : mac.safeParse(asked);
  if (ownMac?.success === false) throw invalid(`MAC=${asked} is not the MAC of one interface`);
  return { addresses: addressesOf(pairs.get("IP") ?? ""), mac: ownMac?.data, pod: podOf(pairs) };
}

/** The pod of any call, for the log: what else is in the arguments, or wrong with them, is no matter. */
export const podInArgs = (text: string): AttachedPod | undefined =>
  podOf(new Map(text.split(";").map((pair) => [pair.split("=")[0] ?? "", pair.split("=")[1] ?? ""])));

function parsePair(pair: string): readonly [string, string] {
  const [key, value, ...more] = pair.split("=");
  if (!key || value === undefined || more.length > 0) throw invalid(`"${pair.slice(0, 63)}" is not KEY=VALUE`);
  return [key, value];
}

const invalid = (details: string): CniError =>
  new CniError("invalid environment variable CNI_ARGS", {
    cniCode: cniCodes.invalidEnvironment,
    details: `CNI_ARGS: ${details}`,
  });

/** host-local takes several with commas between them. */
function addressesOf(text: string): readonly IpAddress[] {
  const parts = text.split(",").map((part) => part.trim());
  return parts
    .filter((part) => part !== "")
    .map((part) => {
      const parsed = addressWithNetwork.safeParse(part);
      if (!parsed.success) throw invalid(`IP=${part.slice(0, 63)} is no address`);
      return parsed.data;
    });
}

function podOf(pairs: ReadonlyMap<string, string>): AttachedPod | undefined {
  const [namespace, name] = [pairs.get("K8S_POD_NAMESPACE"), pairs.get("K8S_POD_NAME")];
  if (!namespace || !name) return undefined;
  return { namespace, name, uid: pairs.get("K8S_POD_UID") || undefined };
}
