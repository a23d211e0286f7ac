import { copyFile, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { HeddleError, messageOf, systemCodeOf } from "../../base/index.ts";
import { fileDigest } from "./digest.ts";
import {
  clientName,
  clientSettingsName,
  type CniFolders,
  conflistName,
  type FoundFile,
  type FoundFolders,
  type InstallStep,
  loopbackName,
} from "./model.ts";
import { explainStep } from "./plan.ts";

/** What lies in the folders now; a folder that is not there holds nothing. */
export async function observeFolders({ confDir, binDir }: CniFolders): Promise<FoundFolders> {
  const [confNames, conflist, client, clientSettings, loopback] = await Promise.all([
    namesIn(confDir),
    fileAt(join(confDir, conflistName)),
    fileAt(join(binDir, clientName)),
    fileAt(join(binDir, clientSettingsName)),
    fileAt(join(binDir, loopbackName)),
  ]);
  return { confNames, conflist, client, clientSettings, loopback };
}

const namesIn = (folder: string): Promise<readonly string[]> =>
  readdir(folder).catch((error: unknown) => {
    if (systemCodeOf(error) === "ENOENT") return [];
    throw unusable(folder, error);
  });

async function fileAt(path: string): Promise<FoundFile> {
  try {
    return await fileDigest(path);
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return undefined;
    throw unusable(path, error);
  }
}

const unusable = (path: string, cause: unknown): HeddleError =>
  new HeddleError(`${path} cannot be read: ${messageOf(cause)}`, { code: "HEDDLE_AGENT_INSTALL_FAILED", cause });

/**
 * Carries out steps in order. Each file is there whole or as it was before, after a crash of the machine too. Fails with
 * HEDDLE_AGENT_INSTALL_FAILED, naming the step; those before it stay done, and a new plan goes on from there.
 */
export async function applyInstall(steps: readonly InstallStep[]): Promise<void> {
  for (const step of steps) {
    try {
      await carryOut(step);
    } catch (cause) {
      throw new HeddleError(`cannot ${explainStep(step)}: ${messageOf(cause)}`, {
        code: "HEDDLE_AGENT_INSTALL_FAILED",
        cause,
      });
    }
  }
}

async function carryOut(step: InstallStep): Promise<void> {
  if (step.do === "leave") return;
  if (step.do === "remove") await rm(step.path, { force: true });
  else if (step.do === "rename") await rename(step.from, step.path);
  else await put(step);
  await synced(dirname(step.path));
}

/** By another name first: a runtime must never read, nor run, half a file. Hidden from it, for its name ends otherwise. */
async function put(step: Extract<InstallStep, { do: "write" | "copy" }>): Promise<void> {
  const temporary = `${step.path}.heddle-new`;
  await mkdir(dirname(step.path), { recursive: true });
  try {
    if (step.do === "copy") await copyFile(step.from, temporary);
    await using file = await open(temporary, step.do === "copy" ? "r+" : "w");
    if (step.do === "write") await file.writeFile(step.text);
    await file.chmod(step.mode);
    await file.sync();
    await rename(temporary, step.path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function synced(folder: string): Promise<void> {
  await using handle = await open(folder, "r");
  await handle.sync();
}
