import { existsSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type SQLOutputValue } from "node:sqlite";
import {
  contradictsSchema,
  headerFaultOf,
  HeddleError,
  isNoVersion,
  messageOf,
  sqliteCodeOf,
  UsageError,
} from "../../base/index.ts";
import { formatAddress, type IpAddress, parseAddress } from "../../model/index.ts";
import { type AttachmentKey } from "../attachment.ts";
import { type AttachedPod, type Attachment, type HeldAddress } from "./model.ts";

/** An address that nobody holds, and since when; or one that somebody does. */
export type AddressRow = Readonly<{ address: IpAddress; restingSinceMs?: number | undefined }>;

export type BookRows = Readonly<{
  attachments: readonly Readonly<{ id: number; boot: string; attachment: Attachment }>[];
  /** In the order in which they were given out. */
  addresses: readonly AddressRow[];
}>;

/** The book on disk. Each call is one transaction, or throws and changes nothing. */
export type BookFile = Disposable &
  Readonly<{
    /** The name under which a damaged file was kept. */
    setAside?: string | undefined;
    /** False when the file was deleted, or another one put in its place: what is written then is lost. */
    isInPlace(): boolean;
    /** Answers the attachments' ids, in their order. */
    insert(attachments: readonly Attachment[], boot: string): readonly number[];
    settle(id: number): void;
    describe(id: number, pod: AttachedPod): void;
    /** `at`: the id, and since when its addresses rest. */
    release(released: readonly Readonly<{ id: number; atMs: number }>[]): void;
    /** Forgets addresses that nobody holds since before then. */
    forgetResting(beforeMs: number): void;
  }>;

const version = 1;

const schema = `
  CREATE TABLE attachments (
    id INTEGER PRIMARY KEY, network TEXT NOT NULL, container TEXT NOT NULL, ifname TEXT NOT NULL,
    pod TEXT, link TEXT NOT NULL, settled INTEGER NOT NULL, boot TEXT NOT NULL, reserved_at_ms INTEGER NOT NULL,
    UNIQUE (network, container, ifname)
  ) STRICT;
  CREATE TABLE addresses (
    address TEXT PRIMARY KEY, bits INTEGER NOT NULL, gateway TEXT NOT NULL,
    attachment INTEGER REFERENCES attachments (id), resting_since_ms INTEGER, given INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX addresses_attachment ON addresses (attachment) WHERE attachment IS NOT NULL;
  PRAGMA user_version = ${version};
`;

/** A book on disk and what is in it. */
export type OpenedFile = Readonly<{ file: BookFile; rows: BookRows }>;

/**
 * Opens or makes the file, for its owner only. A damaged one is renamed and a new one begun. Throws
 * HEDDLE_AGENT_DATABASE_LOCKED while another process has it, HEDDLE_AGENT_DATABASE_NEWER for a newer Heddle's, and
 * HEDDLE_AGENT_DATABASE_UNUSABLE when it cannot be opened at all.
 */
export function openBookFile(path: string, nowMs: number): OpenedFile {
  try {
    return open(path);
  } catch (error) {
    if (!isDamage(error)) throw openFailure(error, path);
    return beginBookFile(path, nowMs);
  }
}

/** Begins a new file, whatever lies there, which is kept under another name. Throws as `openBookFile`. */
export function beginBookFile(path: string, nowMs: number): OpenedFile {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const setAside = moveAway(path, nowMs);
    const { file, rows } = open(path);
    return { file: { ...file, setAside }, rows };
  } catch (error) {
    throw openFailure(error, path);
  }
}

/** Takes a file away that was begun and could not be filled. */
export function discardBookFile(file: BookFile, path: string): void {
  file[Symbol.dispose]();
  rmSync(path, { force: true });
}

function open(path: string): OpenedFile {
  const database = connect(path);
  try {
    return { file: createFile(database, path), rows: readRows(database) };
  } catch (error) {
    database.close();
    throw error;
  }
}

function connect(path: string): DatabaseSync {
  const fault = existsSync(path) ? headerFaultOf(path) : undefined;
  if (fault !== undefined) throw new DamageError(fault);
  const before = process.umask(0o077);
  let database: DatabaseSync;
  try {
    database = new DatabaseSync(path, { timeout: 0 });
  } finally {
    process.umask(before);
  }
  try {
    // Held from the first transaction to the end: two agents on one book would give an address twice.
    database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    database.exec("PRAGMA foreign_keys = ON; PRAGMA cache_size = -1024; BEGIN EXCLUSIVE");
    const found = Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
    if (isNoVersion(found, version)) throw new DamageError(`its version is ${found}`);
    if (found > version) throw newer(path, found);
    if (found === 0) createSchema(database);
    database.exec("COMMIT");
    const check = database.prepare("PRAGMA quick_check(1)").get()?.["quick_check"];
    if (check !== "ok") throw new DamageError(String(check));
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** What is there already was never of version 0. */
function createSchema(database: DatabaseSync): void {
  try {
    database.exec(schema);
  } catch (error) {
    if (!contradictsSchema(error)) throw error;
    throw new DamageError(`it is not of version 0, as it says: ${messageOf(error)}`, { cause: error });
  }
}

class DamageError extends Error {}

/** SQLITE_CORRUPT and SQLITE_NOTADB: https://sqlite.org/rescode.html */
export const isDamage = (error: unknown): boolean =>
  error instanceof DamageError || error instanceof RowError || [11, 26].includes((sqliteCodeOf(error) ?? 0) & 0xff);

const newer = (path: string, found: number): UsageError =>
  new UsageError(
    `the agent's database ${path} was written by a newer Heddle: it has version ${found}, this one knows ${version}. ` +
      "Start that one again, or move the file away: what the kernel holds is taken in anew.",
    { code: "HEDDLE_AGENT_DATABASE_NEWER" },
  );

function openFailure(error: unknown, path: string): HeddleError {
  if (error instanceof HeddleError) return error;
  const isHeld = ((sqliteCodeOf(error) ?? 0) & 0xff) === 5;
  return new HeddleError(
    isHeld
      ? `another agent has ${path} open: one node has one agent`
      : `the agent's database ${path} cannot be opened: ${messageOf(error)}`,
    { code: isHeld ? "HEDDLE_AGENT_DATABASE_LOCKED" : "HEDDLE_AGENT_DATABASE_UNUSABLE", cause: error },
  );
}

/** What was there is kept, for whoever wants to know. */
function moveAway(path: string, nowMs: number): string | undefined {
  const isThere = existsSync(path);
  const name = `${path}.damaged-${new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, "")}`;
  if (isThere) renameSync(path, name);
  for (const suffix of ["-wal", "-shm"]) if (existsSync(path + suffix)) rmSync(path + suffix);
  return isThere ? name : undefined;
}

/** Which file it is, wherever it is called that; undefined for none. */
function identityOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && `${found.dev}/${found.ino}`;
}

function createFile(database: DatabaseSync, path: string): BookFile {
  const identity = identityOf(path);
  const insertAttachment = database.prepare(
    `INSERT INTO attachments (network, container, ifname, pod, link, settled, boot, reserved_at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const giveAddress = database.prepare(
    `INSERT OR REPLACE INTO addresses (address, bits, gateway, attachment, resting_since_ms, given)
     VALUES (?, ?, ?, ?, NULL, (SELECT coalesce(max(given), 0) + 1 FROM addresses))`,
  );
  const settle = database.prepare("UPDATE attachments SET settled = 1 WHERE id = ?");
  const describe = database.prepare("UPDATE attachments SET pod = ? WHERE id = ?");
  const restAddresses = database.prepare(
    "UPDATE addresses SET attachment = NULL, resting_since_ms = ? WHERE attachment = ?",
  );
  const deleteAttachment = database.prepare("DELETE FROM attachments WHERE id = ?");
  const forget = database.prepare("DELETE FROM addresses WHERE attachment IS NULL AND resting_since_ms < ?");
  const insert = ({ key, addresses, pod, link, settled, reservedAtMs }: Attachment, boot: string): number => {
    const { network, containerId, ifname } = key;
    const facts = [jsonOf(pod), jsonOf(link), Number(settled), boot, reservedAtMs] as const;
    const id = Number(insertAttachment.run(network, containerId, ifname, ...facts).lastInsertRowid);
    for (const { address, bits, gateway } of addresses)
      giveAddress.run(formatAddress(address), bits, formatAddress(gateway), id);
    return id;
  };
  const within = <T>(work: () => T): T => inTransaction(database, work);
  return {
    isInPlace: () => identityOf(path) === identity,
    insert: (attachments, boot) => within(() => attachments.map((attachment) => insert(attachment, boot))),
    settle: (id) => void settle.run(id),
    describe: (id, pod) => void describe.run(jsonOf(pod), id),
    release: (released) =>
      within(() => {
        for (const { id, atMs } of released) {
          restAddresses.run(atMs, id);
          deleteAttachment.run(id);
        }
      }),
    forgetResting: (beforeMs) => void forget.run(beforeMs),
    [Symbol.dispose]: () => {
      if (database.isOpen) database.close();
    },
  };
}

const jsonOf = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));

function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

/** A row that SQLite takes for sound and the book does not. */
class RowError extends Error {}

type Row = Record<string, SQLOutputValue>;

function readRows(database: DatabaseSync): BookRows {
  const held = new Map<number, HeldAddress[]>();
  const addresses = database
    .prepare("SELECT * FROM addresses ORDER BY given")
    .all()
    .map((row): AddressRow => {
      const address = addressIn(row, "address");
      const { attachment, resting_since_ms: since } = row;
      if (attachment !== null) {
        const entry = { address, bits: Number(row["bits"]), gateway: addressIn(row, "gateway") };
        held.set(Number(attachment), [...(held.get(Number(attachment)) ?? []), entry]);
      }
      return { address, ...(since !== null && { restingSinceMs: Number(since) }) };
    });
  const attachments = database
    .prepare("SELECT * FROM attachments ORDER BY id")
    .all()
    .map((row) => ({
      id: Number(row["id"]),
      boot: String(row["boot"]),
      attachment: {
        key: keyIn(row),
        addresses: held.get(Number(row["id"])) ?? [],
        ...(row["pod"] !== null && { pod: parsed<Attachment["pod"]>(row["pod"]) }),
        link: parsed<Attachment["link"]>(row["link"]),
        settled: row["settled"] === 1,
        reservedAtMs: Number(row["reserved_at_ms"]),
      },
    }));
  return { attachments, addresses };
}

const keyIn = (row: Row): AttachmentKey => ({
  network: String(row["network"]),
  containerId: String(row["container"]),
  ifname: String(row["ifname"]),
});

function addressIn(row: Row, column: string): IpAddress {
  const address = parseAddress(String(row[column]));
  if (address === undefined) throw new RowError(`${column} is "${String(row[column])}", which is no address`);
  return address;
}

/** What this file's own JSON says; SQLite's checksums are the disk's business, its text ours alone. */
function parsed<T>(text: SQLOutputValue | undefined): T {
  try {
    return JSON.parse(String(text)) as T;
  } catch (error) {
    throw new RowError("a row holds no JSON where it should", { cause: error });
  }
}
