import { HeddleError } from "../../base/index.ts";
import { isJsonObject, type JsonValue } from "../../model/index.ts";
import { type Operator, type Path, type Step } from "./syntax.ts";

/**
 * Every value that a path leads to. Missing fields give nothing; an index outside its list, a filter on what is no
 * list, and a comparison of different types fail with HEDDLE_JSONPATH_FAILED, as in kubectl.
 */
export function evaluatePath(path: Path, value: JsonValue | undefined): readonly JsonValue[] {
  let current: readonly JsonValue[] = value === undefined ? [] : [value];
  for (const step of path) current = take(step, current);
  return current;
}

function take(step: Step, values: readonly JsonValue[]): readonly JsonValue[] {
  switch (step.do) {
    case "field":
      return values.flatMap((value) => fieldOf(value, step.name));
    case "key":
      return values.flatMap((value) => {
        const own = fieldOf(value, step.name);
        return own.length > 0 ? own : evaluatePath(step.path, value);
      });
    case "wildcard":
      return values.flatMap(childrenOf);
    case "descend":
      return values.flatMap(descendantsOf);
    case "index":
      return values.flatMap((value) => (value === null ? [] : elementOf(listOrFail(value), step.index)));
    case "slice":
      return values.flatMap((value) => (value === null ? [] : sliceOf(listOrFail(value), step)));
    case "union":
      return step.paths.flatMap((path) => values.flatMap((value) => evaluatePath(path, value)));
    case "filter":
      return values.flatMap((value) => listOrFail(value).filter((element) => passes(step, element)));
    case "literal":
      return [step.value];
  }
}

function fieldOf(value: JsonValue, name: string): readonly JsonValue[] {
  if (!isJsonObject(value) || !Object.hasOwn(value, name)) return [];
  const found = value[name];
  return found === undefined ? [] : [found];
}

function childrenOf(value: JsonValue): readonly JsonValue[] {
  if (Array.isArray(value)) return value;
  if (!isJsonObject(value)) return [];
  return Object.values(value).filter((child): child is JsonValue => child !== undefined);
}

/** The value and everything below it that has children, the nearest first. */
function descendantsOf(value: JsonValue): readonly JsonValue[] {
  const children = childrenOf(value);
  return children.length === 0 ? [] : [value, ...children.flatMap(descendantsOf)];
}

function listOrFail(value: JsonValue): readonly JsonValue[] {
  if (Array.isArray(value)) return value;
  throw failure(`${JSON.stringify(value)} is no list`);
}

function elementOf(list: readonly JsonValue[], index: number): readonly JsonValue[] {
  const found = list.at(index);
  if (found !== undefined) return [found];
  throw failure(`index ${index} is outside a list of ${list.length}`);
}

function sliceOf(list: readonly JsonValue[], { from, to, by }: Extract<Step, { do: "slice" }>): readonly JsonValue[] {
  const start = from === undefined ? 0 : fromEnd(from, list.length);
  const end = to === undefined ? list.length : fromEnd(to, list.length);
  if (start === end) return [];
  if (start < 0 || start >= list.length || end < 0 || end > list.length || start > end)
    throw failure(`slice ${from ?? ""}:${to ?? ""} is outside a list of ${list.length}`);
  const step = by ?? 1;
  if (step <= 0) throw failure(`a slice's step has to be above 0, this is ${step}`);
  return list.slice(start, end).filter((_, index) => index % step === 0);
}

const fromEnd = (index: number, length: number): number => (index < 0 ? index + length : index);

function passes({ left, operator, right }: Extract<Step, { do: "filter" }>, element: JsonValue): boolean {
  if (operator === "exists") return existing(left, element).length > 0;
  const [one, ...moreLeft] = evaluatePath(left, element);
  const [other, ...moreRight] = evaluatePath(right, element);
  if (moreLeft.length + moreRight.length > 0) throw failure("a comparison takes one value on each side");
  return one !== undefined && other !== undefined && compare(one, operator, other);
}

/** What is asked for exists or not; that a list is too short is no error here. */
function existing(path: Path, element: JsonValue): readonly JsonValue[] {
  try {
    return evaluatePath(path, element);
  } catch {
    return [];
  }
}

function compare(left: JsonValue, operator: Exclude<Operator, "exists">, right: JsonValue): boolean {
  const ordered = typeof left === "string" || typeof left === "number";
  if (typeof left !== typeof right || (!ordered && typeof left !== "boolean"))
    throw failure(`${JSON.stringify(left)} and ${JSON.stringify(right)} cannot be compared`);
  if (operator === "==") return left === right;
  if (operator === "!=") return left !== right;
  if (!ordered) throw failure(`${JSON.stringify(left)} has no order for ${operator}`);
  return inOrder(left, operator, right as typeof left);
}

function inOrder<T extends string | number>(left: T, operator: "<" | "<=" | ">" | ">=", right: T): boolean {
  switch (operator) {
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    case ">":
      return left > right;
    case ">=":
      return left >= right;
  }
}

const failure = (problem: string): HeddleError =>
  new HeddleError(`JSONPath: ${problem}`, { code: "HEDDLE_JSONPATH_FAILED" });
