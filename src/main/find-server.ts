import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemCodeOf } from "../base/index.ts";
import {
  defaultServerAddress,
  parseServerAccess,
  parseServerAddress,
  runtimeFolders,
  type RuntimeSurroundings,
  type ServerAccess,
  type ServerAddress,
  serverUrl,
  tokenFileName,
} from "../model/index.ts";

/** Which server a command means, and whether anyone said so. */
export type ServerChoice = Readonly<{
  address: ServerAddress;
  /** "--server", "HEDDLE_SERVER", or undefined for the default address. */
  named: string | undefined;
}>;

/** What lets this user's commands into a server; or, in words, why there is nothing. */
export type FoundServer = Readonly<{ access: ServerAccess } | { missing: string }>;

type Environment = RuntimeSurroundings["env"];

/** --server, else HEDDLE_SERVER, else the default address. A UsageError for what is no address. */
export function chooseServer(flag: string | undefined, env: Environment): ServerChoice {
  const variable = env["HEDDLE_SERVER"];
  if (flag !== undefined) return { address: parseServerAddress(flag, "--server"), named: "--server" };
  if (variable) return { address: parseServerAddress(variable, "HEDDLE_SERVER"), named: "HEDDLE_SERVER" };
  return { address: defaultServerAddress, named: undefined };
}

/** Reads the token file of the address. One whose process is gone counts as none. Contacts nobody. */
export async function findServer(address: ServerAddress, env: Environment): Promise<FoundServer> {
  const missing = `no Heddle server runs at ${serverUrl(address)}`;
  for (const { folder } of runtimeFolders(runtimeSurroundings(env))) {
    const text = await readFile(join(folder, tokenFileName(address)), "utf8").catch(() => "");
    const access = parseServerAccess(text);
    if (access !== undefined && isAlive(access.pid)) return { access };
  }
  return { missing };
}

/** What the place of the token file depends on, of this process. */
export const runtimeSurroundings = (env: Environment): RuntimeSurroundings => ({
  env,
  uid: process.getuid?.(),
  temporaryFolder: tmpdir(),
});

/** A process of another user is there as well: what listens is told by asking it. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCodeOf(error) !== "ESRCH";
  }
}
