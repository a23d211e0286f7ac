/** One try of one request: Kubernetes' verb, and the HTTP status, or "failed" when no answer came. */
export type ToldRequest = Readonly<{ verb: RequestVerb; code: string }>;

/** Called synchronously; must not throw. */
export type RequestListener = (told: ToldRequest) => void;

export type RequestVerb = "get" | "list" | "watch" | "create" | "update" | "patch" | "delete" | "connect";

const byMethod = { POST: "create", PUT: "update", PATCH: "patch", DELETE: "delete" } as const;
const connecting = new Set(["exec", "attach", "portforward"]);

/** The verb by which API servers count and authorise a request; "get" for what is no resource (/readyz). */
export function verbOf({
  method = "GET",
  path,
  watch,
}: Readonly<{ method?: "GET" | keyof typeof byMethod | undefined; path: string; watch: boolean }>): RequestVerb {
  const [name, subresource] = targetOf(path);
  if (subresource !== undefined && connecting.has(subresource)) return "connect";
  if (method !== "GET") return byMethod[method];
  if (watch) return "watch";
  return name === undefined ? "list" : "get";
}

/** Name and subresource of what a path leads to; an empty name for what is no resource. */
function targetOf(path: string): readonly [name?: string, subresource?: string] {
  const parts = path.split("/").filter((part) => part !== "");
  const resource = parts[0] === "api" ? parts.slice(2) : parts[0] === "apis" ? parts.slice(3) : [];
  if (resource.length === 0) return [""];
  // "namespaces/web" is an object, "namespaces/web/pods" a list, and "namespaces/web/status" an object's part.
  const inNamespace = resource[0] === "namespaces" && resource.length > 2 && !namespaceParts.has(resource[2] ?? "");
  const [, name, subresource] = inNamespace ? resource.slice(2) : resource;
  return [name, subresource] as readonly [string?, string?];
}

const namespaceParts = new Set(["status", "finalize"]);
