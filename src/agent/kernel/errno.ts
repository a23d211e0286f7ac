import { constants } from "node:os";

const names: ReadonlyMap<number, string> = new Map(
  Object.entries(constants.errno).map(([name, number]) => [number, name]),
);

/** "EEXIST" for 17; a number that has no name as "errno 524". */
export const errnoName = (errno: number): string => names.get(errno) ?? `errno ${errno}`;
