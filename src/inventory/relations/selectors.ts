import {
  isJsonObject,
  jsonAt,
  type JsonValue,
  type KubeObject,
  type LabelSelector,
  listAt,
  type Requirement,
  splitApiVersion,
  stringAt,
} from "../../model/index.ts";

/** The pods that an object selects, by their labels in its own namespace; undefined when it selects none. */
export function podSelectorOf(object: KubeObject): LabelSelector | undefined {
  const { group } = splitApiVersion(object.apiVersion);
  const spec = object["spec"];
  switch (`${group}/${object.kind}`) {
    case "/Service":
      return fromMap(jsonAt(spec, "selector"));
    case "networking.k8s.io/NetworkPolicy":
      return fromSelector(jsonAt(spec, "podSelector"));
    case "policy/PodDisruptionBudget":
      return fromSelector(jsonAt(spec, "selector"));
    default:
      return undefined;
  }
}

/** Where `podSelectorOf` finds an object's selector. */
export const selectorField = ({ kind }: KubeObject): string =>
  kind === "NetworkPolicy" ? "spec.podSelector" : "spec.selector";

/** A Service without a selector has its endpoints made by others. */
function fromMap(map: JsonValue | undefined): LabelSelector | undefined {
  const requirements = equalities(map);
  return requirements.length === 0 ? undefined : requirements;
}

/** A LabelSelector of the API: an empty one selects everything. */
function fromSelector(selector: JsonValue | undefined): LabelSelector | undefined {
  if (!isJsonObject(selector)) return undefined;
  return [...equalities(selector["matchLabels"]), ...listAt(selector, "matchExpressions").flatMap(expression)];
}

function equalities(map: JsonValue | undefined): readonly Requirement[] {
  if (!isJsonObject(map)) return [];
  return Object.entries(map).map(([key, value]) => ({ key, operator: "in", values: [String(value)] }));
}

const operators: ReadonlyMap<string, Requirement["operator"]> = new Map([
  ["In", "in"],
  ["NotIn", "notin"],
  ["Exists", "exists"],
  ["DoesNotExist", "absent"],
]);

function expression(value: JsonValue): readonly Requirement[] {
  const [key, operator] = [stringAt(value, "key"), operators.get(stringAt(value, "operator") ?? "")];
  if (key === undefined || operator === undefined) return [];
  return [{ key, operator, values: listAt(value, "values").map(String) }];
}
