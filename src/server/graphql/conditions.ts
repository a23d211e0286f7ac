import { type KubeObject, listAt, stringAt } from "../../model/index.ts";
import { type Builder } from "./builder.ts";

/** An entry of `status.conditions`. */
export type ConditionNode = Readonly<{
  type: string;
  status: string;
  reason: string | null;
  message: string | null;
  lastTransitionTime: string | null;
}>;

/** In the object's order; an entry without a type is none. */
export const conditionNodes = (object: KubeObject): readonly ConditionNode[] =>
  listAt(object["status"], "conditions").flatMap((entry) => {
    const type = stringAt(entry, "type");
    if (type === undefined) return [];
    const textAt = (key: string): string | null => stringAt(entry, key) ?? null;
    return [
      {
        type,
        status: textAt("status") ?? "",
        reason: textAt("reason"),
        message: textAt("message"),
        lastTransitionTime: textAt("lastTransitionTime"),
      },
    ];
  });

export const addCondition = (builder: Builder) =>
  builder.objectRef<ConditionNode>("Condition").implement({
    description: "An entry of `status.conditions`.",
    fields: (t) => ({
      type: t.exposeString("type"),
      status: t.exposeString("status", { description: '"True", "False" or "Unknown".' }),
      reason: t.exposeString("reason", { nullable: true }),
      message: t.exposeString("message", { nullable: true }),
      lastTransitionTime: t.exposeString("lastTransitionTime", { nullable: true }),
    }),
  });
