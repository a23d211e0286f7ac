import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Logger, messageOf, systemCodeOf } from "../../base/index.ts";
import { resourceName } from "../../model/index.ts";
import { createKindFile, type Failures } from "./kind-file.ts";
import { type KindTexts, type Texts } from "./model.ts";

/**
 * Texts in a folder, a folder in it for each cluster, a file in that for each kind. The folder is one process's alone:
 * whoever holds the catalog beside it. Nothing is touched before it is asked for.
 */
export function createTexts({ log }: Readonly<{ log: Logger }>, { folder }: Readonly<{ folder: string }>): Texts {
  const failures = createFailures(log);
  const remove = async (path: string, isMeant: (name: string) => boolean): Promise<void> => {
    try {
      for (const name of await readdir(path))
        if (isMeant(name)) await rm(join(path, name), { recursive: true, force: true });
    } catch (error) {
      if (systemCodeOf(error) !== "ENOENT")
        log.warn({ path, error: messageOf(error) }, "kept texts that are of no use could not be removed");
    }
  };
  return {
    of(of) {
      const name = fileNameOf(of.kind);
      return name === undefined ? keepsNothing : createKindFile(join(folder, of.cluster, name), of, failures);
    },
    async keepKinds(cluster, kinds) {
      const names = new Set(kinds.map(fileNameOf));
      await remove(join(folder, cluster), (name) => !names.has(name));
    },
    async keepClusters(clusters) {
      const names = new Set<string>(clusters);
      await remove(folder, (name) => !names.has(name));
    },
  };
}

/** A full disk is told once, not for each kind again and again. */
function createFailures(log: Logger): Failures {
  let isTold = false;
  return {
    tell(path, error, what) {
      const fields = { path, error: messageOf(error) };
      const words = `the texts kept of a kind ${what}: it is only listed again`;
      if (isTold) log.debug(fields, words);
      else log.warn(fields, words);
      isTold = true;
    },
    over: () => void (isTold = false),
  };
}

/** Undefined: what a server calls its kind is no name for a file. */
function fileNameOf(kind: Parameters<typeof resourceName>[0]): string | undefined {
  const name = resourceName(kind);
  return /^[a-z0-9][-a-z0-9.]{0,199}$/.test(name) ? `${name}.texts` : undefined;
}

const keepsNothing: KindTexts = {
  read: async () => undefined,
  write: async () => false,
  remove: async () => {},
  size: () => undefined,
};
