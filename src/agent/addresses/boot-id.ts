import { readFile } from "node:fs/promises";

/** What the kernel calls this boot (random(4)): another one after each start of the machine. */
export const readBootId = async (): Promise<string> =>
  (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
