import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { systemCodeOf } from "../../base/index.ts";
import { encodeFrame } from "./frame.ts";
import { type KindTexts, type TextsOf, type TextsSection } from "./model.ts";
import { beginningOf, keptBlocks, readSections } from "./sections.ts";
import { writeSection } from "./write-section.ts";

/** What counts of the file, as this process left it or found it. */
type Known = { end: number; whole: number; since: number };

/** Who hears of files that could not be used; `over` when one could be written again. */
export type Failures = Readonly<{ tell(path: string, error: unknown, what: string): void; over(): void }>;

/** One kind in one file. What cannot be read or written is told, and is not there. */
export function createKindFile(path: string, of: TextsOf, failures: Failures): KindTexts {
  let known: Known | undefined;
  const failed = (error: unknown, what: string): void => failures.tell(path, error, what);

  const writeWhole = async (section: TextsSection): Promise<Known | undefined> => {
    const fresh = `${path}.new`;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    try {
      await using file = await open(fresh, "w", 0o600);
      const beginning = encodeFrame({ head: beginningOf(of), body: Buffer.alloc(0) });
      await file.write(beginning, 0, beginning.length, 0);
      const written = await writeSection(file, beginning.length, section);
      if (written === undefined) return undefined;
      await rename(fresh, path);
      return { end: written.end, whole: written.entries, since: 0 };
    } finally {
      await rm(fresh, { force: true });
    }
  };
  const append = async (section: TextsSection, before: Known): Promise<Known | undefined> => {
    await using file = await open(path, "r+");
    let written: Awaited<ReturnType<typeof writeSection>>;
    try {
      // What was torn off there by the end of a process.
      await file.truncate(before.end);
      written = await writeSection(file, before.end, section);
    } finally {
      if (written === undefined) await file.truncate(before.end);
    }
    return written && { end: written.end, whole: before.whole, since: before.since + written.entries };
  };
  return {
    async read(signal) {
      try {
        await using file = await open(path, "r");
        const found = await readSections(file, of);
        const [whole, ...later] = found.sections;
        const last = found.sections.at(-1);
        if (whole === undefined || last === undefined) return undefined;
        const since = later.reduce((sum, { entries }) => sum + entries, 0);
        known = { end: found.end, whole: whole.entries, since };
        return { ...last.mark, blocks: (own) => reopened(path, (again) => keptBlocks(again, found, own)) };
      } catch (error) {
        signal.throwIfAborted();
        if (systemCodeOf(error) !== "ENOENT") failed(error, "could not be read");
        return undefined;
      }
    },
    async write(section) {
      if (!section.whole && known === undefined) return false;
      try {
        const written = section.whole || known === undefined ? await writeWhole(section) : await append(section, known);
        if (written === undefined) return false;
        known = written;
        failures.over();
        return true;
      } catch (error) {
        failed(error, "could not be written");
        // What there is of it is written anew, not gone on with.
        known = undefined;
        return false;
      }
    },
    async remove() {
      known = undefined;
      await rm(path, { force: true }).catch((error: unknown) => failed(error, "could not be removed"));
    },
    size: () => known && { whole: known.whole, since: known.since },
  };
}

async function* reopened(
  path: string,
  read: (file: Awaited<ReturnType<typeof open>>) => ReturnType<typeof keptBlocks>,
): ReturnType<typeof keptBlocks> {
  await using file = await open(path, "r");
  yield* read(file);
}
