import { readFile } from "node:fs/promises";

/** What a process takes: VmRSS and its highest value so far, in bytes, and its CPU time until now in seconds. */
export type ProcessUse = Readonly<{ rssBytes: number; peakBytes: number; cpuSeconds: number }>;

/** Of clock ticks, as Linux counts CPU time for user space. */
const ticksASecond = 100;

/** As the kernel tells it, alike for a process in any language. */
export async function useOf(pid: number): Promise<ProcessUse> {
  const [status, stat] = await Promise.all([
    readFile(`/proc/${pid}/status`, "utf8"),
    readFile(`/proc/${pid}/stat`, "utf8"),
  ]);
  const bytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1]) * 1024;
  // The name in parentheses may hold spaces: utime and stime are the 12th and 13th behind it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]);
  return { rssBytes: bytes("VmRSS"), peakBytes: bytes("VmHWM"), cpuSeconds: ticks / ticksASecond };
}
