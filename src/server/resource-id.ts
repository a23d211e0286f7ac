import { type ObjectName } from "../inventory/index.ts";
import { type ClusterId } from "../model/index.ts";

/** What GraphQL and /api/relations call an object by: "prod/apps/Deployment/default/web", "prod/core/Node/node-1". */
export const resourceId = ({ cluster, group, kind, namespace, name }: ObjectName): string =>
  [cluster, group === "" ? "core" : group, kind, ...(namespace === undefined ? [] : [namespace]), name].join("/");

/** Undefined for what is no id. No part of an object's name holds a slash. */
export function parseResourceId(id: string): ObjectName | undefined {
  const parts = id.split("/");
  if (parts.length < 4 || parts.length > 5 || parts.includes("")) return undefined;
  const [cluster = "", group = "", kind = "", ...rest] = parts;
  const [namespace, name] = rest.length === 2 ? rest : [undefined, rest[0]];
  return {
    cluster: cluster as ClusterId,
    group: group === "core" ? "" : group,
    kind,
    ...(namespace !== undefined && { namespace }),
    name: name ?? "",
  };
}
