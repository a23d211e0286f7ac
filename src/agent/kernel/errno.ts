import { constants } from "node:os";

/** Second names of EAGAIN and EOPNOTSUPP. */
const aliases: ReadonlySet<string> = new Set(["EWOULDBLOCK", "ENOTSUP"]);

const names: ReadonlyMap<number, string> = new Map(
  Object.entries(constants.errno)
    .filter(([name]) => !aliases.has(name))
    .map(([name, number]) => [number, name]),
);

/** "EEXIST" for 17; a number that has no name as "errno 524". */
export const errnoName = (errno: number): string => names.get(errno) ?? `errno ${errno}`;
