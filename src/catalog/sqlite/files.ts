import { existsSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

/** The database, and what SQLite keeps beside it. */
const suffixes = ["", "-wal", "-shm"] as const;

const databaseName = "catalog.db";

/** How many damaged files are kept: a disk that damages again and again must not be filled by them. */
const keptDamaged = 3;

export const databaseFile = (folder: string): string => join(folder, databaseName);

/** Of the database with what SQLite keeps beside it. The files are not opened: that would end SQLite's locks on them. */
export function bytesOf(folder: string): number {
  const file = databaseFile(folder);
  return suffixes.reduce((sum, suffix) => sum + (statSync(file + suffix, { throwIfNoEntry: false })?.size ?? 0), 0);
}

/** Of what is committed and not yet copied into the database; what it held before it began anew may be counted too. */
export const walBytesOf = (folder: string): number =>
  statSync(`${databaseFile(folder)}-wal`, { throwIfNoEntry: false })?.size ?? 0;

/** Renames the database's files to `catalog.db.damaged-<time>…` and removes all but the newest; answers the new name. */
export function setAside(folder: string, nowMs: number): string {
  const name = freeName(
    folder,
    `${databaseName}.damaged-${new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, "")}`,
  );
  for (const suffix of suffixes) {
    const from = databaseFile(folder) + suffix;
    if (existsSync(from)) renameSync(from, join(folder, name + suffix));
  }
  const others = damagedNames(folder).filter((other) => other !== name);
  for (const old of others.slice(0, Math.max(0, others.length + 1 - keptDamaged))) {
    for (const suffix of suffixes) rmSync(join(folder, old + suffix), { force: true });
  }
  return name;
}

function freeName(folder: string, wanted: string): string {
  for (let count = 1; ; count++) {
    const name = count === 1 ? wanted : `${wanted}-${count}`;
    if (!existsSync(join(folder, name))) return name;
  }
}

const damagedNames = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => /^catalog\.db\.damaged-[0-9TZ]+(-\d+)?$/.test(name))
    .sort();
