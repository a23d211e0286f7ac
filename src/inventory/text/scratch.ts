/** Gives a buffer of at least `size` bytes; every buffer of a store comes from here, so that tests can look into all. */
export type Allocate = (size: number) => Buffer;

export const allocateBuffer: Allocate = (size) => Buffer.allocUnsafeSlow(size);

/** Two working buffers that grow as needed: their content lasts until the next call for the same one. */
export type Scratch = Readonly<{ text(size: number): Buffer; encoded(size: number): Buffer }>;

/** One a store: synchronous code only may hold what it gives. */
export function createScratch(allocate: Allocate): Scratch {
  return { text: growing(allocate), encoded: growing(allocate) };
}

const firstSize = 16 * 1024;

function growing(allocate: Allocate): (size: number) => Buffer {
  let buffer: Buffer | undefined;
  return (size) => {
    if (buffer === undefined || buffer.length < size)
      buffer = allocate(Math.max(firstSize, 2 ** Math.ceil(Math.log2(size))));
    return buffer;
  };
}
