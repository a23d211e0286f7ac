import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** How many megabytes are reachable, heap and buffers, garbage not counted. Collects garbage first, so it takes a while. */
export function liveMegabytes(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  return (arrayBuffers + heapUsed) / 1e6;
}
