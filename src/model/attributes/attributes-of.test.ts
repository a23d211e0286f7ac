import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { type KubeObject, splitApiVersion } from "../object.ts";
import { type Attribute, type AttributeValue } from "./attribute.ts";
import {
  attributeNames,
  attributeOf,
  type Attributes,
  attributesByKind,
  attributesOf,
  attributeTable,
} from "./attributes-of.ts";
import { everyKind } from "./every-kind.ts";

type Case = Readonly<{ object: KubeObject; attributes: Attributes }>;

const cases = parse(readFileSync(new URL("testdata/objects.yaml", import.meta.url), "utf8")) as readonly Case[];
const kindOf = ({ apiVersion, kind }: KubeObject): string => `${splitApiVersion(apiVersion).group}/${kind}`;
const tableOf = ({ apiVersion, kind }: KubeObject): readonly Attribute[] =>
  attributeTable({ group: splitApiVersion(apiVersion).group, kind });

const isOfForm = (form: Attribute["form"], value: AttributeValue): boolean => {
  if (form === "texts")
    return Array.isArray(value) && value.length > 0 && value.every((text) => typeof text === "string");
  if (form === "number" || form === "boolean") return typeof value === form;
  return typeof value === "string" && value !== "" && (form !== "time" || !Number.isNaN(Date.parse(value)));
};

describe("the attributes of an object", () => {
  for (const { object, attributes } of cases)
    it(`are known of ${kindOf(object)}`, () => assert.deepEqual(attributesOf(object), attributes));

  it("have a case for each kind that has any of its own, in which each appears", () => {
    const everywhere = new Set(everyKind.map(({ name }) => name));
    for (const [kind, table] of Object.entries(attributesByKind)) {
      const seen = new Set(
        cases
          .filter(({ object }) => kindOf(object) === kind)
          .flatMap(({ object }) => Object.keys(attributesOf(object))),
      );
      const missing = table.map(({ name }) => name).filter((name) => !seen.has(name) && !everywhere.has(name));
      const known = optional.get(kind) ?? [];
      assert.deepEqual(missing, known, kind);
    }
  });

  it("are of the form that the table says, one at a time as together", () => {
    for (const { object } of cases) {
      const all = attributesOf(object);
      for (const { name, form } of tableOf(object)) {
        const value = attributeOf(object, name);
        assert.deepEqual(value, all[name], name);
        if (value !== undefined) assert.ok(isOfForm(form, value), `${kindOf(object)} ${name}: ${String(value)}`);
      }
    }
  });

  it("mean the same in every kind: one form for one name", () => {
    const forms = new Map<string, string>();
    for (const { name, form } of [...everyKind, ...Object.values(attributesByKind).flat()]) {
      assert.equal(forms.get(name) ?? form, form, name);
      forms.set(name, form);
      assert.match(name, /^[a-z][a-zA-Z]*$/);
      assert.ok(attributeNames.has(name));
    }
  });

  it("never fail, whatever an object looks like, and never hold a Secret's values", () => {
    const folder = new URL("../status/testdata/", import.meta.url);
    for (const file of readdirSync(folder)) {
      const object = parse(readFileSync(new URL(file, folder), "utf8")) as KubeObject;
      assert.notEqual(attributesOf(object)["status"], undefined, file);
    }
    for (const kind of Object.keys(attributesByKind)) {
      const [group = "", name = ""] = kind.split("/");
      const apiVersion = group === "" ? "v1" : `${group}/v1`;
      for (const odd of [null, 3, "x", [], [3]]) {
        const object = {
          apiVersion,
          kind: name,
          metadata: { name: "a" },
          spec: odd,
          status: odd,
          subjects: odd,
          endpoints: odd,
        };
        assert.doesNotThrow(() => attributesOf(object as KubeObject), `${kind} ${JSON.stringify(odd)}`);
      }
    }
    const secret = cases.find(({ object }) => object.kind === "Secret");
    assert.doesNotMatch(JSON.stringify(attributesOf(secret?.object as KubeObject)), /c2VjcmV0|token/);
  });

  it("are documented, as docs/attributes.md says (UPDATE=1 writes it)", () => {
    const path = new URL("../../../docs/attributes.md", import.meta.url);
    if (process.env["UPDATE"] === "1") writeFileSync(path, page());
    assert.equal(readFileSync(path, "utf8"), page());
  });
});

/** Attributes that the case of their kind cannot show beside the others. */
const optional: ReadonlyMap<string, readonly string[]> = new Map([
  ["apps/ReplicaSet", ["images", "containers", "revision"]],
  ["apps/StatefulSet", ["images", "containers"]],
  ["apps/DaemonSet", ["images", "containers"]],
  ["batch/Job", ["images", "containers"]],
  ["batch/CronJob", ["images", "containers"]],
  ["policy/PodDisruptionBudget", ["minAvailable"]],
]);

const page = (): string => `# Attributes

What an object is worth knowing, by name: the same names and values in \`--sort-by\`, in GraphQL's \`attributes\` and in the library (\`attributesOf\` of \`heddle/model\`). An attribute that an object does not have is left out. Values are texts, numbers, booleans or lists of texts; a time is a text in RFC 3339, a quantity a text as Kubernetes writes amounts (\`500m\`, \`10Gi\`). Ages are told as \`createdAt\`.

Kept in step with the code by its tests.

## Every kind

${rowsOf(everyKind)}
${Object.entries(attributesByKind)
  .toSorted(([a], [b]) => (nameOf(a) < nameOf(b) ? -1 : 1))
  .map(([kind, table]) => `\n## ${nameOf(kind)}\n\n${rowsOf(table)}\n`)
  .join("")}`;

function nameOf(kind: string): string {
  const [group = "", name = ""] = kind.split("/");
  return group === "" ? name : `${name}.${group}`;
}

/** As the formatter lays tables out: columns as wide as their widest cell. */
function rowsOf(table: readonly Attribute[]): string {
  const rows = [["attribute", "form", "tells"], ...table.map(({ name, form, says }) => [`\`${name}\``, form, says])];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [head = [], ...rest] = rows;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rest.map(line)].join("\n");
}
