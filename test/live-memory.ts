import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** How many bytes are reachable, heap and buffers, garbage not counted. Collects garbage first, so it takes a while. */
export function liveBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  // Once more: what finalizers let go of at the first time.
  collect();
  collect();
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  return arrayBuffers + heapUsed;
}

export const liveMegabytes = (): number => liveBytes() / 1e6;
