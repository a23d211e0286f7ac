import { labelKeyFaults, labelValueFaults, selectorError } from "./label-syntax.ts";
import { labelTokens, type Token } from "./label-tokens.ts";

/** One condition on one label. "=", "==" and "in" are all "in"; "!=" and "notin" are "notin". */
export type Requirement = Readonly<{
  key: string;
  operator: "in" | "notin" | "exists" | "absent" | "gt" | "lt";
  /** Distinct, sorted; one for gt and lt; none for exists and absent. */
  values: readonly string[];
}>;

/** All must hold; none holds for everything. */
export type LabelSelector = readonly Requirement[];

/**
 * Kubernetes' grammar of `labelSelector` whole: equality, sets, existence, `>` and `<`. Fails with
 * HEDDLE_SELECTOR_INVALID in the words of the API server.
 */
export function parseLabelSelector(text: string): LabelSelector {
  const reader = createReader(text);
  const requirements: Requirement[] = [];
  for (;;) {
    const next = reader.peek();
    if (next.kind === "end") return requirements;
    if (next.kind !== "word" && next.text !== "!") throw outside(next, "!, identifier, or 'end of string'");
    requirements.push(readRequirement(reader));
    const separator = reader.take();
    if (separator.kind === "end") return requirements;
    if (separator.text !== ",") throw outside(separator, "',' or 'end of string'");
    const following = reader.peek();
    if (following.kind !== "word" && following.text !== "!") throw outside(following, "identifier after ','");
  }
}

type Reader = Readonly<{ peek(): Token; take(): Token }>;

const end: Token = { kind: "end", text: "" };

function createReader(text: string): Reader {
  const tokens = labelTokens(text);
  let at = 0;
  return { peek: () => tokens[at] ?? end, take: () => tokens[at++] ?? end };
}

/** Between requirements the API server says only what it found; inside one it begins with what it was doing. */
const outside = ({ text }: Token, expected: string): Error => selectorError(`found '${text}', expected: ${expected}`);
const refused = ({ text }: Token, expected: string): Error =>
  selectorError(`unable to parse requirement: found '${text}'${expected}`);

function readRequirement(reader: Reader): Requirement {
  const first = reader.take();
  const key = first.text === "!" ? reader.take() : first;
  if (key.kind !== "word") throw refused(key, ", expected: identifier");
  const faults = labelKeyFaults(key.text);
  if (faults.length > 0)
    throw selectorError(`unable to parse requirement: ${faultAt("<nil>", key.text, faults.join("; "))}`);
  if (first.text === "!") return { key: key.text, operator: "absent", values: [] };
  const next = reader.peek();
  if (next.kind === "end" || next.text === ",") return { key: key.text, operator: "exists", values: [] };
  return checked(readCondition(key.text, reader));
}

const operators: ReadonlyMap<string, Requirement["operator"]> = new Map([
  ["in", "in"],
  ["=", "in"],
  ["==", "in"],
  ["notin", "notin"],
  ["!=", "notin"],
  [">", "gt"],
  ["<", "lt"],
]);

function readCondition(key: string, reader: Reader): Requirement {
  const token = reader.take();
  const operator = operators.get(token.text);
  if (operator === undefined) throw refused(token, ", expected: in, notin, =, ==, !=, gt, lt");
  const values = token.kind === "word" ? readSet(reader) : [readExact(reader)];
  return { key, operator, values: [...new Set(values)].toSorted() };
}

function readExact(reader: Reader): string {
  const next = reader.peek();
  if (next.kind === "end" || next.text === ",") return "";
  if (next.kind !== "word") throw refused(next, ", expected: identifier");
  return reader.take().text;
}

/** "(a,b)"; an empty place stands for the empty value: "(a,)", "()". */
function readSet(reader: Reader): readonly string[] {
  const open = reader.take();
  if (open.text !== "(") throw refused(open, " expected: '('");
  const first = reader.peek();
  if (first.text === ")") {
    reader.take();
    return [""];
  }
  if (first.kind !== "word" && first.text !== ",") throw refused(first, ", expected: ',', ')' or identifier");
  const values: string[] = [];
  for (;;) {
    const token = reader.take();
    const next = reader.peek();
    if (token.kind === "word") {
      values.push(token.text);
      if (next.text !== "," && next.text !== ")") throw refused(next, ", expected: ',' or ')'");
    } else if (token.text === ",") {
      if (values.length === 0 || next.text === ")" || next.text === ",") values.push("");
      if (next.text === ",") reader.take();
    } else throw refused(token, ", expected: ',', or identifier");
    if (reader.peek().text === ")") {
      reader.take();
      return values;
    }
  }
}

function checked(requirement: Requirement): Requirement {
  const faults = faultsOf(requirement);
  if (faults.length === 0) return requirement;
  const words = faults.join(", ");
  throw selectorError(`unable to parse requirement: ${faults.length === 1 ? words : `[${words}]`}`);
}

function faultsOf({ key, operator, values }: Requirement): readonly string[] {
  const compares = operator === "gt" || operator === "lt";
  const numbers = values
    .map((value, index) => ({ value, path: `values[${index}]` }))
    .filter(({ value }) => compares && integerOf(value) === undefined)
    .map(({ value, path }) => faultAt(path, value, "for 'Gt', 'Lt' operators, the value must be an integer"));
  const texts = values.flatMap((value, index) => {
    const faults = labelValueFaults(value);
    return faults.length === 0 ? [] : [faultAt(`values[${index}][${key}]`, value, faults.join("; "))];
  });
  return [...numbers, ...texts];
}

const faultAt = (path: string, value: string, fault: string): string =>
  `${path}: Invalid value: ${JSON.stringify(value)}: ${fault}`;

/** As Go's ParseInt reads 64 bits. */
function integerOf(text: string): bigint | undefined {
  if (!/^[-+]?\d+$/.test(text)) return undefined;
  const number = BigInt(text.replace(/^\+/, ""));
  return BigInt.asIntN(64, number) === number ? number : undefined;
}

/** True when the labels meet every requirement. */
export const labelsMatch = (selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean =>
  selector.every((requirement) => meets(requirement, labels));

function meets({ key, operator, values }: Requirement, labels: Readonly<Record<string, string>>): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  if (operator === "exists") return value !== undefined;
  if (operator === "absent") return value === undefined;
  if (operator === "notin") return value === undefined || !values.includes(value);
  if (value === undefined) return false;
  if (operator === "in") return values.includes(value);
  const [own, bound] = [integerOf(value), integerOf(values[0] ?? "")];
  if (own === undefined || bound === undefined) return false;
  return operator === "gt" ? own > bound : own < bound;
}
