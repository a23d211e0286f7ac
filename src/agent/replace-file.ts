import { rename, rm, writeFile } from "node:fs/promises";

/** Puts a text into the place of what a file holds: whole or not at all, after a crash of the machine too. Mode 0600. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`;
  try {
    await writeFile(temporary, text, { mode: 0o600, flush: true });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
