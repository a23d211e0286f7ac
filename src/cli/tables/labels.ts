import { type JsonObject, jsonAt, listAt, objectAt, stringAt } from "../../model/index.ts";

/** "a=1,b=2" in order of keys, "<none>" where there are none: how Kubernetes writes labels. */
export function formatLabels(labels: JsonObject | undefined): string {
  const parts = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${String(value)}`);
  return parts.length === 0 ? "<none>" : parts.sort().join(",");
}

/** A label selector in the words of -l: "app=web,tier in (a,b),!old"; `empty` where it says nothing. */
export function formatSelector(selector: JsonObject, empty: string): string {
  const equalities = Object.entries(objectAt(selector, "matchLabels")).map(([key, value]) => ({
    key,
    text: `${key}=${String(value)}`,
  }));
  const expressions = listAt(selector, "matchExpressions").map((expression) => ({
    key: stringAt(expression, "key") ?? "",
    text: formatExpression(expression as JsonObject),
  }));
  const all = [...equalities, ...expressions].sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)));
  return all.length === 0 ? empty : all.map(({ text }) => text).join(",");
}

function formatExpression(expression: JsonObject): string {
  const key = stringAt(expression, "key") ?? "";
  const values = listAt(expression, "values").map(String).sort().join(",");
  switch (jsonAt(expression, "operator")) {
    case "In":
      return `${key} in (${values})`;
    case "NotIn":
      return `${key} notin (${values})`;
    case "Exists":
      return key;
    default:
      return `!${key}`;
  }
}
