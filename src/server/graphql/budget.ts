import { ServerError } from "../failures.ts";

/** Objects and relations that one operation may answer with: what its text does not tell, its answer does. */
export const itemLimit = 200_000;

/** Counts what one operation has used: fails with HEDDLE_SERVER_QUERY_TOO_COSTLY beyond the limit. */
export type Spend = (items: number) => void;

export function createSpend(): Spend {
  let spent = 0;
  return (items) => {
    spent += items;
    if (spent <= itemLimit) return;
    throw new ServerError(
      400,
      "HEDDLE_SERVER_QUERY_TOO_COSTLY",
      `the answer would hold more than ${itemLimit.toLocaleString("en")} objects and relations: ask for less at a time (limit, cursor)`,
    );
  };
}
