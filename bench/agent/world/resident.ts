import { readFile } from "node:fs/promises";
import { useOf } from "../../process.ts";

/** What a process holds, in MB of a million bytes. */
export type Resident = Readonly<{
  /** VmRSS. */
  rssMb: number;
  /** Rss and Pss of smaps_rollup: Pss divides what processes share, Node's own file for one, by how many they are. */
  rollupMb: number;
  pssMb: number;
  /** Private and anonymous: what would not be there without it. */
  anonymousMb: number;
}>;

export async function residentOf(pid: number): Promise<Resident> {
  const [{ rssBytes }, text] = await Promise.all([useOf(pid), readFile(`/proc/${pid}/smaps_rollup`, "utf8")]);
  const mb = (name: string): number => (Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1]) * 1024) / 1e6;
  return { rssMb: rssBytes / 1e6, rollupMb: mb("Rss"), pssMb: mb("Pss"), anonymousMb: mb("Anonymous") };
}
