import { type FSWatcher, watch } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { type Clock, systemCodeOf } from "../../base/index.ts";

export type WatchFilesOptions = Readonly<{
  signal: AbortSignal;
  /** How long a folder must be quiet before its files are looked at: who saves a file writes more than once. */
  quietMs?: number | undefined;
  /** Between two looks without being called: network folders tell nothing. */
  pollMs?: number | undefined;
}>;

export const defaultQuietMs = 100;
const defaultPollMs = 5_000;
/** In a folder that is never quiet, what was seen last is told. */
const mostLooks = 10;

/**
 * Once at first, then whenever one of the files became another: was written to, replaced, removed, made, or its symbolic
 * link leads elsewhere (as a ConfigMap's do). Several changes soon after one another are one. Ends with the signal;
 * keeps no process alive. Never fails: what cannot be watched is looked at now and then.
 */
export async function* watchFiles(
  paths: readonly string[],
  { clock }: Readonly<{ clock: Clock }>,
  { signal, quietMs = defaultQuietMs, pollMs = defaultPollMs }: WatchFilesOptions,
): AsyncGenerator<void> {
  const folders = createFolderWatch();
  const look = async (): Promise<string> => {
    await folders.watch(paths);
    return (await Promise.all(paths.map(lookAt))).join("\n");
  };
  /** Who saves a file may empty it first: what stays as it is for a while. */
  const settled = async (found: string): Promise<string> => {
    let seen = found;
    for (let looks = 0; looks < mostLooks; looks++) {
      const stirred = await folders.stirred(clock, { limitMs: quietMs, signal });
      const before = seen;
      seen = await look();
      if (!stirred && seen === before) break;
    }
    return seen;
  };
  let told: string | undefined;
  try {
    while (!signal.aborted) {
      const found = await look();
      const seen = told === undefined || found === told ? found : await settled(found);
      if (signal.aborted) return;
      if (seen !== told) {
        told = seen;
        yield;
      }
      await folders.stirred(clock, { limitMs: pollMs, signal });
    }
  } finally {
    folders.close();
  }
}

/** Differs when the file does. */
async function lookAt(path: string): Promise<string> {
  try {
    const real = await realpath(path);
    const { ino, size, mtimeNs, ctimeNs } = await stat(real, { bigint: true });
    return [real, ino, size, mtimeNs, ctimeNs].join(" ");
  } catch (error) {
    return systemCodeOf(error) ?? "unreadable";
  }
}

type FolderWatch = Readonly<{
  /** Watches the folders of the files, and of what their links lead to, as they are now. */
  watch(paths: readonly string[]): Promise<void>;
  /** True as soon as something stirs in them, or has since it was last asked; false after the time limit. */
  stirred(clock: Clock, limit: Readonly<{ limitMs: number; signal: AbortSignal }>): Promise<boolean>;
  close(): void;
}>;

function createFolderWatch(): FolderWatch {
  const watchers = new Map<string, FSWatcher>();
  let stirred = false;
  let wake = (): void => {};
  const onStir = (): void => {
    stirred = true;
    wake();
  };
  return {
    async watch(paths) {
      // What came between the look at a folder and its watch was told to nobody: look until all are watched.
      for (let added = true; added;) {
        added = false;
        const wanted = new Map((await Promise.all(paths.map(foldersOf))).flat());
        for (const [key, watcher] of watchers) {
          if (wanted.has(key)) continue;
          watchers.delete(key);
          watcher.close();
        }
        for (const [key, folder] of wanted) {
          if (watchers.has(key)) continue;
          const watcher = tryWatch(folder, onStir, () => watchers.delete(key));
          if (watcher === undefined) continue;
          watchers.set(key, watcher);
          added = true;
        }
      }
    },
    async stirred(clock, { limitMs, signal }) {
      if (!stirred && !signal.aborted) {
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        const cancel = clock.after(limitMs, resolve);
        signal.addEventListener("abort", wake, { once: true });
        await promise;
        signal.removeEventListener("abort", wake);
        cancel();
      }
      const did = stirred;
      stirred = false;
      return did;
    },
    close() {
      for (const watcher of watchers.values()) watcher.close();
    },
  };
}

/** The folder of a path, and that of what it leads to. */
async function foldersOf(path: string): Promise<readonly KnownFolder[]> {
  const real = await realpath(path).catch(() => path);
  return Promise.all([dirname(path), dirname(real)].map(nearestFolder));
}

/** By what tells one folder from another that took its place, and its path. */
type KnownFolder = readonly [key: string, folder: string];

/** The folder, or the nearest one above it that is there. */
async function nearestFolder(folder: string): Promise<KnownFolder> {
  const status = await stat(folder).catch(() => undefined);
  if (status !== undefined) return [`${folder} ${status.dev} ${status.ino}`, folder];
  return dirname(folder) === folder ? [folder, folder] : nearestFolder(dirname(folder));
}

function tryWatch(folder: string, onStir: () => void, onEnd: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { persistent: false }, onStir);
    watcher.on("error", () => {
      onEnd();
      watcher.close();
      onStir();
    });
    return watcher;
  } catch {
    // Gone in between, or there are no more watches to be had: the slow look finds what changes.
    return undefined;
  }
}
