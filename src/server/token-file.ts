import { chmod, lstat, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { HeddleError, messageOf } from "../base/index.ts";
import {
  parseServerAccess,
  runtimeFolders,
  type RuntimeSurroundings,
  type ServerAccess,
  type ServerAddress,
  tokenFileName,
} from "../model/index.ts";

/** The first folder of the rule (model's `runtimeFolders`) that can be had; nothing is made yet. */
export async function chooseRuntimeFolder(surroundings: RuntimeSurroundings): Promise<string> {
  for (const { parent, folder } of runtimeFolders(surroundings)) {
    const found = await lstat(parent).catch(() => undefined);
    if (found?.isDirectory()) return folder;
  }
  throw new HeddleError(
    `no folder for the server's token: ${surroundings.temporaryFolder} does not exist; set XDG_RUNTIME_DIR to a folder of yours`,
    { code: "HEDDLE_SERVER_RUNTIME_FOLDER" },
  );
}

export type TokenFileOptions = Readonly<{ folder: string; address: ServerAddress; access: ServerAccess }>;

/**
 * Writes the token where this user's commands, and nobody else, can read it. Disposing removes it, unless another
 * server has put its own there. Fails with HEDDLE_SERVER_RUNTIME_FOLDER when the folder is not the user's alone.
 */
export async function writeTokenFile({ folder, address, access }: TokenFileOptions): Promise<AsyncDisposable> {
  const path = join(folder, tokenFileName(address));
  try {
    await ownFolder(folder);
    // Renamed into place: no command reads half of it, and a link that lies there is replaced, not followed.
    const draft = `${path}.${access.pid}`;
    await rm(draft, { force: true });
    await writeFile(draft, `${JSON.stringify(access)}\n`, { mode: 0o600, flag: "wx" });
    await rename(draft, path);
  } catch (error) {
    if (error instanceof HeddleError) throw error;
    throw new HeddleError(
      `cannot write the server's token into ${folder}: ${messageOf(error)}; set XDG_RUNTIME_DIR to a folder of yours`,
      { code: "HEDDLE_SERVER_RUNTIME_FOLDER", cause: error },
    );
  }
  return {
    async [Symbol.asyncDispose]() {
      const found = parseServerAccess(await readFile(path, "utf8").catch(() => ""));
      if (found?.token === access.token) await rm(path, { force: true });
    },
  };
}

/** Made with mode 0700; one that is there must be a folder, and the user's own: below a shared /tmp it may be a trap. */
async function ownFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const found = await lstat(folder);
  const uid = process.getuid?.();
  if (!found.isDirectory() || (uid !== undefined && found.uid !== uid)) {
    throw new HeddleError(
      `${folder}, where the server's token belongs, is no folder of yours; remove it, or set XDG_RUNTIME_DIR`,
      { code: "HEDDLE_SERVER_RUNTIME_FOLDER" },
    );
  }
  if ((found.mode & 0o077) !== 0) await chmod(folder, 0o700);
}
