import { type MigrationStep } from "./migrate.ts";

/**
 * The file's history: step n leads to version n. A step that was released never changes.
 *
 * `uid` is 16 bytes or text (uid.ts). `kinds.objects` counts its objects, `state` tells the log's newest sequence and
 * what it holds, so that opening reads neither table. Numbers of kinds are never given twice: objects of a dropped kind
 * stay under its number, listed in `doomed`, until they are swept.
 */
export const schema: readonly MigrationStep[] = [
  {
    what: "clusters, kinds, objects and the log",
    sql: `
      CREATE TABLE clusters (
        cluster INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        uid TEXT,
        synced_at_ms INTEGER
      );
      CREATE TABLE kinds (
        kind INTEGER PRIMARY KEY AUTOINCREMENT,
        cluster INTEGER NOT NULL,
        api_group TEXT NOT NULL,
        name TEXT NOT NULL,
        version TEXT NOT NULL,
        plural TEXT NOT NULL,
        namespaced INTEGER NOT NULL,
        complete INTEGER NOT NULL,
        objects INTEGER NOT NULL,
        UNIQUE (cluster, api_group, name)
      );
      CREATE TABLE doomed (kind INTEGER PRIMARY KEY);
      CREATE TABLE namespaces (namespace INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
      CREATE TABLE objects (
        kind INTEGER NOT NULL,
        uid BLOB NOT NULL,
        namespace INTEGER NOT NULL,
        name TEXT NOT NULL,
        version TEXT NOT NULL,
        PRIMARY KEY (kind, uid)
      ) WITHOUT ROWID;
      CREATE TABLE events (
        sequence INTEGER PRIMARY KEY,
        bytes INTEGER NOT NULL,
        type TEXT NOT NULL,
        id TEXT NOT NULL,
        cluster TEXT NOT NULL,
        ref TEXT,
        labels TEXT,
        text TEXT NOT NULL
      );
      CREATE TABLE state (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        last INTEGER NOT NULL,
        events INTEGER NOT NULL,
        bytes INTEGER NOT NULL
      );
    `,
  },
  {
    what: "up to where a kind was told",
    sql: "ALTER TABLE kinds ADD COLUMN told_to TEXT",
  },
];
