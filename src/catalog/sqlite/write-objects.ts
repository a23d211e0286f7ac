import { type DatabaseSync } from "node:sqlite";
import { type ObjectEntry, type RecordedObject } from "../model.ts";
import { prepare } from "./connections.ts";
import { integerIn, rowOf } from "./row.ts";
import { type KindRow, type State } from "./state.ts";
import { storedUid } from "./uid.ts";

/** Writes the rows of `objects`; counts them in the kind and the state. */
export type ObjectWriter = Readonly<{ write(kind: KindRow, entry: ObjectEntry): void }>;

/** So many numbers of namespaces are remembered; then the map begins anew. */
const rememberedNamespaces = 10_000;

export function createObjectWriter(database: DatabaseSync, state: State): ObjectWriter {
  const insert = database.prepare(
    "INSERT INTO objects (kind, uid, namespace, name, version) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
  );
  // A row that already says so is not written again: after a restart that is nearly all of them.
  const update = database.prepare(
    "UPDATE objects SET namespace = ?1, name = ?2, version = ?3 WHERE kind = ?4 AND uid = ?5" +
      " AND (version IS NOT ?3 OR name IS NOT ?2 OR namespace IS NOT ?1)",
  );
  const remove = database.prepare("DELETE FROM objects WHERE kind = ? AND uid = ?");
  const findNamespace = prepare(database, "SELECT namespace FROM namespaces WHERE name = ?");
  const addNamespace = database.prepare("INSERT INTO namespaces (name) VALUES (?)");

  const namespaceNumber = (name: string): number => {
    const known = state.namespaces.get(name);
    if (known !== undefined) return known;
    const row = rowOf(findNamespace, name);
    const number = row === undefined ? Number(addNamespace.run(name).lastInsertRowid) : integerIn(row[0]);
    if (state.namespaces.size >= rememberedNamespaces) state.namespaces.clear();
    state.namespaces.set(name, number);
    return number;
  };
  const present = (kind: KindRow, { uid, namespace, name, resourceVersion }: RecordedObject): number => {
    const key = storedUid(uid);
    const number = namespaceNumber(namespace);
    const change = (): boolean => update.run(number, name, resourceVersion, kind.number, key).changes === 1;
    const add = (): boolean => insert.run(kind.number, key, number, name, resourceVersion).changes === 1;
    // What is likelier first: a first list adds, what comes later changes.
    if (kind.complete) return !change() && add() ? 1 : 0;
    if (add()) return 1;
    change();
    return 0;
  };
  return {
    write(kind, entry) {
      const change =
        entry.type === "present"
          ? present(kind, entry.object)
          : -Number(remove.run(kind.number, storedUid(entry.uid)).changes);
      kind.objects += change;
      state.objects += change;
    },
  };
}
