import { type JsonValue, jsonAt, listAt, numberAt, objectAt, stringAt } from "../json.ts";
import { type KubeObject } from "../object.ts";

type Scalar = string | number | boolean;

/** What an attribute may be. */
export type AttributeValue = Scalar | readonly Scalar[];

/** How to read a value: "time" is RFC 3339, "quantity" as Kubernetes writes amounts ("500m", "10Gi"). */
export type AttributeForm = "text" | "number" | "boolean" | "time" | "quantity" | "texts";

/** One thing worth knowing of objects of a kind. Pure; undefined where an object does not have it. */
export type Attribute = Readonly<{
  /** lowerCamelCase; the same word means the same in every kind. */
  name: string;
  form: AttributeForm;
  /** What it tells, for people. */
  says: string;
  of(object: KubeObject): AttributeValue | undefined;
}>;

/** By "group/Kind": what is said of a kind holds for all its versions. */
export type AttributesByKind = Readonly<Record<string, readonly Attribute[]>>;

type Names = Pick<Attribute, "name" | "says">;
type Path = readonly (string | number)[];
type Read<T> = (object: KubeObject) => T | undefined;

const nonEmpty = (text: string | undefined): string | undefined => (text === "" ? undefined : text);

/** A text at a path, or as computed; an empty one counts as none. */
export const text = (names: Names, from: Path | Read<string>): Attribute => ({
  ...names,
  form: "text",
  of: (object) => nonEmpty(typeof from === "function" ? from(object) : stringAt(object, ...from)),
});

export const time = (names: Names, from: Path | Read<string>): Attribute => ({ ...text(names, from), form: "time" });

/** An amount; Kubernetes writes whole ones as numbers too. */
export const quantity = (names: Names, path: Path): Attribute => ({
  ...names,
  form: "quantity",
  of: (object) => quantityAt(object, ...path),
});

/** A number at a path, or as computed. */
export const number = (names: Names, from: Path | Read<number>): Attribute => ({
  ...names,
  form: "number",
  of: (object) => (typeof from === "function" ? from(object) : numberAt(object, ...from)),
});

/** A number that Kubernetes leaves out when it is 0. */
export const count = (names: Names, path: Path): Attribute => number(names, (object) => numberAt(object, ...path) ?? 0);

/** True or false at a path; left out means false. */
export const boolean = (names: Names, from: Path | Read<boolean>): Attribute => ({
  ...names,
  form: "boolean",
  of: (object) => (typeof from === "function" ? from(object) : jsonAt(object, ...from) === true),
});

/** Texts; an empty list counts as none. */
export const texts = (names: Names, from: Path | Read<readonly string[]>): Attribute => ({
  ...names,
  form: "texts",
  of(object) {
    const found = typeof from === "function" ? from(object) : textsAt(object, ...from);
    return found === undefined || found.length === 0 ? undefined : found;
  },
});

/** The texts of a list at a path. */
export const textsAt = (value: JsonValue | undefined, ...path: Path): readonly string[] =>
  listAt(value, ...path).filter((member) => typeof member === "string");

/** One text of each member of a list: its `key`; members without are left out. */
export const eachText = (members: readonly JsonValue[], key: string): readonly string[] =>
  members.map((member) => stringAt(member, key) ?? "").filter((found) => found !== "");

export function quantityAt(value: JsonValue | undefined, ...path: Path): string | undefined {
  const found = jsonAt(value, ...path);
  return typeof found === "number" ? String(found) : nonEmpty(stringAt(found));
}

/** A map of texts as kubectl writes labels: "app=web", sorted. */
export const pairsAt = (value: JsonValue | undefined, ...path: Path): readonly string[] =>
  Object.entries(objectAt(value, ...path))
    .map(([key, own]) => `${key}=${String(own)}`)
    .sort();

export const distinct = (found: readonly string[]): readonly string[] => [...new Set(found)];
