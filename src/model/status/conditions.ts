import { listAt, stringAt, type JsonValue } from "../json.ts";
import { type KubeObject } from "../object.ts";

/** One entry of `status.conditions`; fields that are missing are empty. */
export type Condition = Readonly<{ type: string; status: string; reason: string; message: string }>;

/** The object's conditions in their order. */
export function conditionsOf(object: KubeObject): readonly Condition[] {
  return listAt(object["status"], "conditions").map(readCondition);
}

/** The first condition of a type; undefined where there is none. */
export function conditionOf(object: KubeObject, type: string): Condition | undefined {
  const found = listAt(object["status"], "conditions").find((entry) => stringAt(entry, "type") === type);
  return found === undefined ? undefined : readCondition(found);
}

/** What a condition says to people: its message, else its reason. */
export const wordsOf = (condition: Condition | undefined): string =>
  condition === undefined ? "" : condition.message || condition.reason;

function readCondition(entry: JsonValue): Condition {
  return {
    type: stringAt(entry, "type") ?? "",
    status: stringAt(entry, "status") ?? "",
    reason: stringAt(entry, "reason") ?? "",
    message: stringAt(entry, "message") ?? "",
  };
}
