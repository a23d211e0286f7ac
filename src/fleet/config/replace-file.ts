import { randomBytes } from "node:crypto";
import { type Stats } from "node:fs";
import { type FileHandle, mkdir, open, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { HeddleError, messageOf, systemCodeOf } from "../../base/index.ts";

/** What was read, and what shall stand there; `before` undefined: there is no file yet. */
export type Replacement = Readonly<{ before: string | undefined; after: string }>;

/**
 * Gives a file another text, whole or not at all: whoever reads it sees the old one or the new one. Mode and owner stay,
 * a symbolic link stays one and its file is replaced; a new file is for its owner only, for it may hold a token. Fails
 * with HEDDLE_CONFIG_CHANGED when it is no longer what was read, and with HEDDLE_CONFIG_NOT_WRITABLE.
 */
export async function replaceFile(path: string, { before, after }: Replacement): Promise<void> {
  try {
    const target = before === undefined ? path : await realpath(path);
    if (before === undefined) await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString("hex")}.tmp`);
    try {
      await writeDurably(temporary, after, before === undefined ? undefined : await stat(target));
      // As late as can be: an editor may have been quicker.
      if ((await readIfThere(target)) !== before) throw changedMeanwhile(path);
      await rename(temporary, target);
    } finally {
      await rm(temporary, { force: true });
    }
  } catch (cause) {
    throw cause instanceof HeddleError ? cause : notWritable(path, cause);
  }
}

/** The file's text; undefined where there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

async function writeDurably(path: string, text: string, like: Stats | undefined): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(text);
    if (like !== undefined) await takeAfter(file, like);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function takeAfter(file: FileHandle, { uid, gid, mode }: Stats): Promise<void> {
  const own = await file.stat();
  if (own.uid !== uid || own.gid !== gid) await file.chown(uid, gid);
  // Behind chown, which takes some bits away.
  await file.chmod(mode & 0o7777);
}

const changedMeanwhile = (path: string): HeddleError =>
  new HeddleError(`${path} was changed by someone else at the same moment: nothing was written, try again`, {
    code: "HEDDLE_CONFIG_CHANGED",
    retryable: true,
  });

const notWritable = (path: string, cause: unknown): HeddleError =>
  new HeddleError(
    `${path} cannot be written: ${messageOf(cause)}; change it where it comes from (Git, a ConfigMap), or by hand: a running fleet takes the change over`,
    { code: "HEDDLE_CONFIG_NOT_WRITABLE", cause },
  );
