import { type JsonValue, type KubeObject, listAt, objectAt, stringAt } from "../../model/index.ts";
import { addQuantities, parseQuantity, type Quantity, zeroQuantity } from "../format/quantity.ts";

type Amounts = ReadonlyMap<string, Quantity>;

/** What a pod asks for and what it may use at most, by resource. */
export type PodNeeds = Readonly<{ requests: Amounts; limits: Amounts }>;

/**
 * A pod's needs as the scheduler counts them: its containers and sidecars together, or the neediest moment of its
 * init containers (each with the sidecars started before it) if that is more, and its overhead.
 */
export const podNeeds = (pod: KubeObject): PodNeeds => ({
  requests: sumOf(pod, "requests"),
  limits: sumOf(pod, "limits"),
});

function sumOf({ spec }: KubeObject, part: "requests" | "limits"): Amounts {
  const read = (container: JsonValue): Amounts => amountsOf(objectAt(container, "resources", part));
  let sidecars: Amounts = new Map();
  let neediest: Amounts = new Map();
  for (const container of listAt(spec, "initContainers")) {
    const moment = add(sidecars, read(container));
    neediest = largest(neediest, moment);
    if (stringAt(container, "restartPolicy") === "Always") sidecars = moment;
  }
  const together = listAt(spec, "containers").map(read).reduce(add, sidecars);
  const needs = largest(together, neediest);
  const overhead = amountsOf(objectAt(spec, "overhead"));
  return part === "requests" ? add(needs, overhead) : add(needs, only(overhead, needs));
}

function amountsOf(map: Readonly<Record<string, unknown>>): Amounts {
  return new Map(
    Object.entries(map).flatMap(([name, text]) => {
      const amount = parseQuantity(String(text));
      return amount === undefined ? [] : [[name, amount] as const];
    }),
  );
}

const merge = (a: Amounts, b: Amounts, choose: (a: Quantity, b: Quantity) => Quantity): Amounts => {
  const merged = new Map(a);
  for (const [name, amount] of b) merged.set(name, choose(merged.get(name) ?? zeroQuantity, amount));
  return merged;
};

const add = (a: Amounts, b: Amounts): Amounts => merge(a, b, addQuantities);
const largest = (a: Amounts, b: Amounts): Amounts =>
  merge(a, b, (one, other) => (one.nano >= other.nano ? one : other));
const only = (amounts: Amounts, names: Amounts): Amounts => new Map([...amounts].filter(([name]) => names.has(name)));
