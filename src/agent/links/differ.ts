import type { Difference } from "./model.ts";

/** The difference, if there is one. What was not found is "none". */
export const differ = (what: string, expected: string, found: string | undefined): readonly Difference[] =>
  expected === found ? [] : [{ what, expected, found: found ?? "none" }];
