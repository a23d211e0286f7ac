/** The parts of an object's id. `group` is "core" for the kinds of Kubernetes' first group. */
export type ResourceName = Readonly<{ cluster: string; group: string; kind: string; namespace?: string; name: string }>;

/** "prod/apps/Deployment/shop/api" in parts; undefined for what is no id. */
export function parseId(id: string): ResourceName | undefined {
  const [cluster = "", group = "", kind = "", ...rest] = id.split("/");
  if (rest.length < 1 || rest.length > 2 || [cluster, group, kind, ...rest].includes("")) return undefined;
  const [namespace, name] = rest.length === 2 ? rest : [undefined, rest[0]];
  return { cluster, group, kind, name: name ?? "", ...(namespace !== undefined && { namespace }) };
}

/** Where the page of an object is: its id, each part escaped for an address. */
export const resourcePath = (id: string): string => `/resources/${id.split("/").map(encodeURIComponent).join("/")}`;

/** The id in the address of such a page. */
export const idOfPath = (path: string): string =>
  path
    .replace(/^\/resources\//, "")
    .split("/")
    .map(decode)
    .join("/");

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** A kind as filters and addresses name it: "Pod", "Deployment.apps". */
export const kindWord = (group: string | null, kind: string): string =>
  group === null || group === "" || group === "core" ? kind : `${kind}.${group}`;
