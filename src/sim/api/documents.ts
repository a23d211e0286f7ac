import { type JsonObject } from "../../model/index.ts";
import { type Catalogue } from "../kinds/model.ts";
import { aggregatedDiscovery, coreVersions, groupDocument, groupList, resourceList } from "./discovery.ts";
import { formOf } from "./media.ts";

/** An answer that is no resource: a document, or plain text. */
export type Document = Readonly<{ json: JsonObject; contentType?: string }> | Readonly<{ text: string }>;

export const simulatedVersion = {
  major: "1",
  minor: "34",
  gitVersion: "v1.34.4+heddle.sim",
  platform: "heddle/sim",
} as const;

const health = new Set(["/livez", "/readyz", "/healthz"]);
const aggregatedType = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/** Health, version and discovery; undefined where the path is none of them. */
export function documentAt(
  path: string,
  { catalogue, server, accept }: Readonly<{ catalogue: Catalogue; server: string; accept: string | undefined }>,
): Document | undefined {
  if (health.has(path)) return { text: "ok" };
  if (path === "/version") return { json: { ...simulatedVersion } };
  const [root, group, version, ...more] = path.split("/").slice(1);
  const resources = catalogue.all();
  if (path === "/api" || path === "/apis") {
    if (formOf(accept) === "aggregated")
      return { json: aggregatedDiscovery(resources, path === "/api" ? "api" : "apis"), contentType: aggregatedType };
    return { json: path === "/api" ? coreVersions(server) : groupList(resources) };
  }
  if (more.length > 0 || group === undefined) return undefined;
  const found =
    root === "api" && version === undefined
      ? resourceList(resources, "", group)
      : root !== "apis"
        ? undefined
        : version === undefined
          ? groupDocument(resources, group)
          : resourceList(resources, group, version);
  return found && { json: found };
}
