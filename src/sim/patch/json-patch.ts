import { isJsonObject, type JsonValue, stringAt } from "../../model/index.ts";

/** Why a patch cannot be applied, in words that name the operation. */
export class PatchFailure extends Error {}

type Node = JsonValue | undefined;

/** JSON Patch (RFC 6902): all operations or, by PatchFailure, none. What is given is not changed. */
export function jsonPatch(target: JsonValue, operations: readonly JsonValue[]): JsonValue {
  return operations.reduce<JsonValue>((document, operation) => {
    const [op, path] = [stringAt(operation, "op") ?? "", stringAt(operation, "path")];
    const value = isJsonObject(operation) ? (operation as Readonly<Record<string, JsonValue>>)["value"] : undefined;
    if (path === undefined) throw new PatchFailure(`operation "${op}" has no path`);
    const from = stringAt(operation, "from") ?? "";
    return applyOne(document, { op, path, from, value });
  }, target);
}

type Operation = Readonly<{ op: string; path: string; from: string; value: Node }>;

function applyOne(document: JsonValue, { op, path, from, value }: Operation): JsonValue {
  const at = pointer(path);
  switch (op) {
    case "add":
      return edit(document, at, { change: () => required(value, path), insert: true });
    case "replace":
      return edit(document, at, { change: (old) => (exists(old, path), required(value, path)) });
    case "remove":
      return edit(document, at, { change: (old) => (exists(old, path), undefined) });
    case "test":
      if (!sameJson(find(document, at), value)) throw new PatchFailure(`testing value ${path} failed: test failed`);
      return document;
    case "copy":
      return edit(document, at, { change: () => required(find(document, pointer(from)), from), insert: true });
    case "move": {
      const moved = required(find(document, pointer(from)), from);
      const without = edit(document, pointer(from), { change: () => undefined });
      return edit(without, at, { change: () => moved, insert: true });
    }
    default:
      throw new PatchFailure(`unexpected operation "${op}"`);
  }
}

/** JSON Pointer (RFC 6901). */
function pointer(path: string): readonly string[] {
  if (path === "") return [];
  if (!path.startsWith("/")) throw new PatchFailure(`path "${path}" does not begin with "/"`);
  return path
    .slice(1)
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

const required = (value: Node, path: string): JsonValue => {
  if (value === undefined) throw new PatchFailure(`there is no value for ${path}`);
  return value;
};

const exists = (old: Node, path: string): void => {
  if (old === undefined) throw new PatchFailure(`there is nothing at ${path}`);
};

const find = (document: Node, at: readonly string[]): Node =>
  at.reduce<Node>((node, part) => {
    if (Array.isArray(node)) return node[Number(part)];
    return isJsonObject(node) ? (node as Readonly<Record<string, JsonValue>>)[part] : undefined;
  }, document);

type Change = Readonly<{
  change: (old: Node) => Node;
  /** Opens a gap in a list. */
  insert?: boolean;
}>;

/** A copy with one place changed. */
function edit(node: JsonValue, at: readonly string[], change: Change): JsonValue {
  const [part, ...rest] = at;
  if (part === undefined) return change.change(node) ?? null;
  if (Array.isArray(node)) return editList(node, [part, ...rest], change);
  if (!isJsonObject(node)) throw new PatchFailure(`"${part}" is below what is neither object nor list`);
  const object: Record<string, JsonValue> = { ...(node as Record<string, JsonValue>) };
  const value = rest.length === 0 ? change.change(object[part]) : edit(existing(object[part], part), rest, change);
  if (value === undefined) delete object[part];
  else object[part] = value;
  return object;
}

function editList(
  list: readonly JsonValue[],
  [part, ...rest]: readonly [string, ...string[]],
  change: Change,
): JsonValue {
  const index = part === "-" ? list.length : Number(part);
  const inserts = change.insert === true && rest.length === 0;
  const last = inserts ? list.length : list.length - 1;
  if (!Number.isInteger(index) || index < 0 || index > last) throw new PatchFailure(`index "${part}" is out of range`);
  if (rest.length > 0) return list.with(index, edit(existing(list[index], part), rest, change));
  if (inserts) return list.toSpliced(index, 0, change.change(undefined) ?? null);
  const value = change.change(list[index]);
  return value === undefined ? list.toSpliced(index, 1) : list.with(index, value);
}

const existing = (node: Node, part: string): JsonValue => {
  if (node === undefined) throw new PatchFailure(`there is nothing at "${part}"`);
  return node;
};

/** Equal as JSON: keys in any order. */
export function sameJson(a: Node, b: Node): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => sameJson(item, b[i]));
  if (!isJsonObject(a) || !isJsonObject(b) || Array.isArray(b)) return false;
  const [left, right] = [a as Record<string, JsonValue>, b as Record<string, JsonValue>];
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => sameJson(left[key], right[key]));
}
