import { isJsonObject } from "../../model/index.ts";
import { type ConfigDocument, type Problem } from "./document.ts";
import { findRuleProblems } from "./method-rules.ts";
import { findValueProblems } from "./value-problems.ts";

/** Every problem once, from top to bottom. What follows from a problem that is already told at its place is left out. */
export function findProblems(document: ConfigDocument): readonly Problem[] {
  if (document.value === undefined && document.problems.length > 0) return document.problems;
  const values = findValueProblems(document).filter(
    ({ key }) => !document.problems.some((known) => isWithin(key, known.key)),
  );
  return [...document.problems, ...values, ...findRuleProblems(document)].toSorted(
    ({ position: a }, { position: b }) => a.line - b.line || a.column - b.column,
  );
}

const isWithin = (key: string, outer: string): boolean => key === outer || key.startsWith(`${outer}.`);

/** Keys besides `clusters`, in a file that holds nothing else: there they would be accepted and ignored. */
export function findOtherKeys({ value, keyPosition }: ConfigDocument): readonly Problem[] {
  const message = "not in this file, which holds clusters that were added to a running fleet; it belongs into --config";
  return Object.keys(isJsonObject(value) ? value : {})
    .filter((key) => key !== "clusters")
    .map((key) => ({ position: keyPosition([key]), key, message }));
}
