import { type KubeObject, splitApiVersion } from "../object.ts";
import { type Attribute, type AttributesByKind, type AttributeValue } from "./attribute.ts";
import { cluster } from "./cluster.ts";
import { everyKind } from "./every-kind.ts";
import { network } from "./network.ts";
import { storage } from "./storage.ts";
import { workloads } from "./workloads.ts";

/** What an object is worth knowing, by name; attributes that it does not have are left out. */
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** Every kind that has attributes of its own. */
export const attributesByKind: AttributesByKind = { ...workloads, ...network, ...storage, ...cluster };

/** The attributes of a kind in any version: those of every kind first; one of its own stands for one of the same name. */
export function attributeTable({ group, kind }: Readonly<{ group: string; kind: string }>): readonly Attribute[] {
  const known = tables.get(`${group}/${kind}`);
  if (known !== undefined) return known;
  return everyKind;
}

const tables: ReadonlyMap<string, readonly Attribute[]> = new Map(
  Object.entries(attributesByKind).map(([kind, own]) => {
    const names = new Set(own.map(({ name }) => name));
    return [kind, [...everyKind.filter(({ name }) => !names.has(name)), ...own]];
  }),
);

/** All attributes of an object; kinds without any of their own have those of every kind. */
export function attributesOf(object: KubeObject): Attributes {
  const attributes: Record<string, AttributeValue> = {};
  for (const { name, of } of tableOf(object)) {
    const value = of(object);
    if (value !== undefined) attributes[name] = value;
  }
  return attributes;
}

/** One attribute of an object; undefined where it has none of that name. */
export const attributeOf = (object: KubeObject, name: string): AttributeValue | undefined =>
  tableOf(object)
    .find((attribute) => attribute.name === name)
    ?.of(object);

const tableOf = ({ apiVersion, kind }: KubeObject): readonly Attribute[] =>
  attributeTable({ group: splitApiVersion(apiVersion).group, kind });

/** Every name that any kind has. */
export const attributeNames: ReadonlySet<string> = new Set(
  [...everyKind, ...Object.values(attributesByKind).flat()].map(({ name }) => name),
);
