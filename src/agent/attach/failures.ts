import { KernelRefused } from "../kernel/model.ts";

/** Does the work for each, one after another; answers what the kernel refused, in words. */
export async function failuresOf<T>(
  all: readonly T[],
  wordsFor: (one: T) => string,
  work: (one: T) => Promise<void>,
): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const one of all) {
    try {
      await work(one);
    } catch (error) {
      if (!(error instanceof KernelRefused)) throw error;
      failed.push(`${wordsFor(one)}: ${error.message}`);
    }
  }
  return failed;
}
