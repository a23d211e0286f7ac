import { isJsonObject, type JsonObject, type JsonValue, listAt, stringAt } from "../../model/index.ts";

/** Who last set some fields: one entry of managedFields without its bulk. `time` is RFC 3339. */
export type FieldOwner = Readonly<{ manager: string; operation: string; subresource: string; time: string }>;

/**
 * managedFields in little text: a JSON list of [manager, operation, subresource, time, fields] where `fields` writes
 * FieldsV1 as `spec(replicas,template(…))`: leaves by comma, children in parentheses, these and `\` escaped. List
 * members keep Kubernetes' own keys (`k:{"name":"web"}`, `v:…`, `i:…`), and fields named like those keep their `f:`.
 * "" where the object has no managedFields.
 */
export function digestManagedFields(managedFields: JsonValue | undefined): string {
  if (!Array.isArray(managedFields) || managedFields.length === 0) return "";
  return JSON.stringify(
    managedFields.map((entry: JsonValue) => [
      stringAt(entry, "manager") ?? "",
      stringAt(entry, "operation") ?? "",
      stringAt(entry, "subresource") ?? "",
      stringAt(entry, "time") ?? "",
      isJsonObject(entry) && isJsonObject(entry["fieldsV1"]) ? writeFields(entry["fieldsV1"]) : "",
    ]),
  );
}

function writeFields(fields: JsonObject): string {
  let text = "";
  for (const key in fields) {
    const inner = fields[key];
    const children = isJsonObject(inner) ? writeFields(inner) : "";
    text += `${text === "" ? "" : ","}${escape(shorten(key))}${children === "" ? "" : `(${children})`}`;
  }
  return text;
}

const shorten = (key: string): string =>
  key.startsWith("f:") && !/^f:[fkvi]:/.test(key) && key !== "f:." ? key.slice(2) : key;
const special = /[(),\\]/;
const escape = (key: string): string => (special.test(key) ? key.replace(/[(),\\]/g, "\\$&") : key);

/**
 * The owners of one field, by its path as FieldsV1 names the steps without `f:` ("spec", "containers",
 * `k:{"name":"web"}`, "image"); the owner of anything above or below it does not count. In managedFields' order.
 */
export function ownersOfField(digest: string, path: readonly string[]): readonly FieldOwner[] {
  return parseDigest(digest)
    .filter(({ fields }) => holds(fields, path))
    .map(({ owner }) => owner);
}

/** Every owner of the object, and the fields of each as paths. */
export function fieldOwners(digest: string): readonly Readonly<{ owner: FieldOwner; paths: readonly string[][] }>[] {
  return parseDigest(digest).map(({ owner, fields }) => ({ owner, paths: pathsOf(fields) }));
}

type Fields = ReadonlyMap<string, Fields>;

function parseDigest(digest: string): readonly Readonly<{ owner: FieldOwner; fields: Fields }>[] {
  if (digest === "") return [];
  return listAt(JSON.parse(digest) as JsonValue).map((entry) => {
    const [manager = "", operation = "", subresource = "", time = "", fields = ""] = listAt(entry).map(String);
    return { owner: { manager, operation, subresource, time }, fields: readFields(fields) };
  });
}

function readFields(text: string): Fields {
  const root = new Map<string, Fields>();
  const open = [root];
  let name = "";
  let inside = root;
  const take = (): void => {
    if (name === "") return;
    inside = new Map();
    open.at(-1)?.set(name, inside);
    name = "";
  };
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? "";
    if (char === "\\") name += text[++at] ?? "";
    else if (!special.test(char)) name += char;
    else {
      take();
      if (char === "(") open.push(inside);
      if (char === ")") open.pop();
    }
  }
  take();
  return root;
}

/** A field with an entry of its own, or with "." below it, is owned; one that only leads to others is not. */
function holds(fields: Fields, path: readonly string[]): boolean {
  const [step, ...rest] = path;
  const inner = step === undefined ? undefined : fields.get(step);
  if (inner === undefined) return false;
  return rest.length === 0 ? inner.size === 0 || inner.has(".") : holds(inner, rest);
}

function pathsOf(fields: Fields, above: readonly string[] = []): string[][] {
  return [...fields].flatMap(([step, inner]) => {
    if (step === ".") return [[...above]];
    return inner.size === 0 ? [[...above, step]] : pathsOf(inner, [...above, step]);
  });
}
