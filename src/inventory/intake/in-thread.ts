import { type ListTaking } from "../../cluster/index.ts";
import { isPod, type ListTaker, type TakerOptions } from "./model.ts";
import { createLinePacker, newPackerDeps } from "./pack-lines.ts";
import { createUnpacker } from "./unpack.ts";

/** A taker that works where it is asked. */
export function createInThreadTaker({ relations }: TakerOptions): ListTaker {
  const deps = newPackerDeps();
  return {
    begin(resource): ListTaking {
      const pack = createLinePacker({ isPod: isPod(resource), relations }, deps);
      const unpack = createUnpacker();
      return { take: (lines) => Promise.resolve(unpack(pack(lines))), [Symbol.dispose]() {} };
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
