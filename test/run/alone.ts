/**
 * Tests on real parts that run one at a time, after the others: file → why. Every other one shares the machine with
 * two more, so its clusters, folders and ports must be its own and its deadlines generous.
 */
export const aloneReasons: ReadonlyMap<string, string> = new Map([
  ["test/kube/left-behind.real.test.ts", "looks for what is left in the whole machine"],
]);
