import { nearestWord } from "../../base/index.ts";
import { isJsonObject, type JsonObject } from "../../model/index.ts";
import { type ConfigDocument, type KeyPath, keyText, type Problem } from "./document.ts";
import { type AuthMethod } from "./model.ts";

/** For each way in: one key of every group in `requires` must be given; of the keys below, only those may be. */
const methods: Readonly<Record<AuthMethod, Readonly<{ requires: readonly (readonly string[])[]; takes: string[] }>>> = {
  kubeconfig: { requires: [["kubeconfig_path"]], takes: ["kubeconfig_path", "kubeconfig_context"] },
  in_cluster: { requires: [], takes: [] },
  service_account: bearer(),
  token: bearer(),
};

function bearer(): Readonly<{ requires: readonly (readonly string[])[]; takes: string[] }> {
  const tokens = ["service_account_token", "service_account_token_file"];
  return { requires: [["api_server_url"], tokens], takes: ["api_server_url", ...tokens] };
}

const boundKeys = [...new Set(Object.values(methods).flatMap(({ takes }) => takes))];

/** What the keys of each cluster say together: what its auth_method requires and forbids, and pairs that contradict. */
export function findRuleProblems(document: ConfigDocument): readonly Problem[] {
  const clusters = isJsonObject(document.value) ? document.value["clusters"] : undefined;
  if (!Array.isArray(clusters)) return [];
  return [
    ...clusters.flatMap((cluster, index) => {
      if (!isJsonObject(cluster)) return [];
      const found = [...methodProblems(cluster), ...tokenProblems(cluster), ...tlsProblems(cluster)];
      return found.map(({ path, message }) => problemAt(document, ["clusters", index, ...path], message));
    }),
    ...repeatedIds(document, clusters),
  ];
}

const problemAt = (document: ConfigDocument, path: KeyPath, message: string): Problem => ({
  position: document.keyPosition(path),
  key: keyText(path),
  message,
});

type Found = Readonly<{ path: KeyPath; message: string }>;

/** A misspelt key counts as given here: that it is misspelt is told already. */
function methodProblems(cluster: JsonObject): readonly Found[] {
  const method = cluster["auth_method"];
  if (typeof method !== "string" || !isMethod(method)) return [];
  const { requires, takes } = methods[method];
  const given = new Set(Object.keys(cluster).map((key) => nearestWord(key, boundKeys) ?? key));
  const missing = requires
    .filter((group) => !group.some((key) => given.has(key)))
    .map((group) => ({
      path: ["auth_method"],
      message: `${group.join(" or ")} is required with auth_method: ${method}`,
    }));
  const foreign = boundKeys
    .filter((key) => cluster[key] !== undefined && !takes.includes(key))
    .map((key) => ({ path: [key], message: `not used with auth_method: ${method}; it goes with ${methodsOf(key)}` }));
  return [...missing, ...foreign];
}

const isMethod = (text: string): text is AuthMethod => Object.hasOwn(methods, text);

const methodsOf = (key: string): string =>
  Object.entries(methods)
    .filter(([, { takes }]) => takes.includes(key))
    .map(([method]) => method)
    .join(" or ");

function tokenProblems(cluster: JsonObject): readonly Found[] {
  if (cluster["service_account_token"] === undefined || cluster["service_account_token_file"] === undefined) return [];
  return [{ path: ["service_account_token_file"], message: "given beside service_account_token; keep one of them" }];
}

function tlsProblems(cluster: JsonObject): readonly Found[] {
  const tls = cluster["tls_config"];
  if (!isJsonObject(tls)) return [];
  const at = (key: string, message: string): Found => ({ path: ["tls_config", key], message });
  const found: Found[] = [];
  if (tls["insecure"] === true && tls["ca_file"] !== undefined)
    found.push(at("ca_file", "contradicts insecure: true, which trusts any certificate; keep one of them"));
  if (tls["cert_file"] !== undefined && tls["key_file"] === undefined)
    found.push(at("cert_file", "needs key_file beside it"));
  if (tls["key_file"] !== undefined && tls["cert_file"] === undefined)
    found.push(at("key_file", "needs cert_file beside it"));
  return found;
}

function repeatedIds(document: ConfigDocument, clusters: readonly unknown[]): readonly Problem[] {
  const firstIndexes = new Map<string, number>();
  return clusters.flatMap((cluster, index) => {
    const id = isJsonObject(cluster) ? cluster["id"] : undefined;
    if (typeof id !== "string") return [];
    const first = firstIndexes.get(id);
    if (first === undefined) {
      firstIndexes.set(id, index);
      return [];
    }
    const { line } = document.keyPosition(["clusters", first, "id"]);
    const message = `"${id}" is taken by clusters[${first}] in line ${line}; expected a different id for each cluster`;
    return [problemAt(document, ["clusters", index, "id"], message)];
  });
}
