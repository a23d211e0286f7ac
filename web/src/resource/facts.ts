import { attributeText } from "../resources/columns.ts";

export type Fact = Readonly<{ name: string; text: string; time: boolean }>;

/** Shown elsewhere on the page. */
const elsewhere = new Set(["status", "reason", "health", "createdAt", "labels", "annotations", "conditions"]);

/** Attributes in words, in the order in which the server tells them; what is empty is left out. Pure. */
export function factsOf(attributes: Readonly<Record<string, unknown>>): readonly Fact[] {
  return Object.entries(attributes)
    .filter(([name]) => !elsewhere.has(name))
    .map(([name, value]) => ({ name: titleOf(name), text: attributeText(value), time: name.endsWith("At") }))
    .filter(({ text }) => text !== "");
}

const capitals: ReadonlyMap<string, string> = new Map([
  ["ip", "IP"],
  ["ips", "IPs"],
  ["cpu", "CPU"],
]);

/** "lastRestartAt" → "Last restart", "clusterIPs" → "Cluster IPs", "osImage" → "OS image". Pure. */
export function titleOf(name: string): string {
  const words = name
    .replace(/At$/, "")
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .split(" ")
    .map((word) => (/^[A-Z]+s?$/.test(word) && word.length > 1 ? word : word.toLowerCase()))
    .map((word) => capitals.get(word) ?? (word === "os" ? "OS" : word));
  const [first = "", ...rest] = words;
  return [first.charAt(0).toUpperCase() + first.slice(1), ...rest].join(" ");
}
