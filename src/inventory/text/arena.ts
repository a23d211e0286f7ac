import { type Allocate } from "./scratch.ts";

/** Where bytes lie: slab × 2^21 + offset, so that a place is one number. */
export type Place = number;

const slabSpan = 2 ** 21;
const firstSlab = 4 * 1024;
const largestSlab = 1024 * 1024;

export const slabOf = (place: Place): number => Math.floor(place / slabSpan);
const offsetOf = (place: Place): number => place % slabSpan;

/** Bytes of many records in few buffers. What is freed is given back once its slab is empty or was emptied. */
export type Arena = Readonly<{
  /** A place for `size` bytes, valid until `free`. */
  allocate(size: number): Place;
  view(place: Place, size: number): Buffer;
  free(place: Place, size: number): void;
  /** A slab that is mostly dead when the whole is: moving its records away gives it back. */
  sparsest(): number | undefined;
  /** Bytes of buffers held, and of records in them. */
  usage(): Readonly<{ held: number; live: number }>;
}>;

type Slab = { readonly buffer: Buffer; used: number; live: number };

/** Slabs begin small and double up to 1 MiB, for most tables are small; a larger record has a slab of its own. */
export function createArena(allocate: Allocate): Arena {
  const slabs = new Map<number, Slab>();
  let current = -1;
  let nextSlab = 0;
  let nextSize = firstSlab;
  let held = 0;
  let live = 0;

  const openSlab = (size: number): number => {
    const number = nextSlab++;
    slabs.set(number, { buffer: allocate(size), used: 0, live: 0 });
    held += size;
    return number;
  };
  const closeSlab = (number: number, { buffer }: Slab): void => {
    slabs.delete(number);
    held -= buffer.length;
    if (current === number) current = -1;
    if (slabs.size === 0) nextSize = firstSlab;
  };
  const slabFor = (size: number): number => {
    if (size > largestSlab / 4) return openSlab(size);
    const open = slabs.get(current);
    if (open !== undefined && open.used + size <= open.buffer.length) return current;
    current = openSlab(Math.max(size, nextSize));
    nextSize = Math.min(largestSlab, nextSize * 2);
    return current;
  };
  const at = (place: Place): Slab => {
    const slab = slabs.get(slabOf(place));
    if (slab === undefined) throw new RangeError(`no slab ${slabOf(place)}: its place was freed before`);
    return slab;
  };
  return {
    allocate(size) {
      const number = slabFor(size);
      const slab = at(number * slabSpan);
      const place = number * slabSpan + slab.used;
      slab.used += size;
      slab.live += size;
      live += size;
      return place;
    },
    view: (place, size) => at(place).buffer.subarray(offsetOf(place), offsetOf(place) + size),
    free(place, size) {
      const slab = at(place);
      slab.live -= size;
      live -= size;
      if (slab.live === 0) closeSlab(slabOf(place), slab);
    },
    sparsest() {
      if (held < 4 * firstSlab || live > held * 0.6) return undefined;
      const [sparse] = [...slabs].filter(([number]) => number !== current).toSorted((a, b) => shareOf(a) - shareOf(b));
      return sparse !== undefined && shareOf(sparse) < 0.75 ? sparse[0] : undefined;
    },
    usage: () => ({ held, live }),
  };
}

const shareOf = ([, { live, buffer }]: readonly [number, Slab]): number => live / buffer.length;
