/** What a list of changes needs of one: the same change may be told twice. */
type Told = Readonly<{ id: string | null; sequence: string | null }>;

/**
 * The newest first, each once, at most `limit`: what came (oldest first) before what there was. Pure; the list itself
 * comes back when nothing in it is new.
 */
export function withNew<Change extends Told>(
  shown: readonly Change[],
  came: readonly Change[],
  limit: number,
): readonly Change[] {
  const known = new Set(shown.slice(0, came.length + 500).map(keyOf));
  const fresh: Change[] = [];
  for (const change of came.toReversed()) {
    const key = keyOf(change);
    if (known.has(key)) continue;
    known.add(key);
    fresh.push(change);
  }
  return fresh.length === 0 ? shown : [...fresh, ...shown].slice(0, limit);
}

/** Older ones behind those that are shown, each once. Pure. */
export function withOlder<Change extends Told>(shown: readonly Change[], older: readonly Change[]): readonly Change[] {
  const known = new Set(shown.map(keyOf));
  return [...shown, ...older.filter((change) => !known.has(keyOf(change)))];
}

/** By what a change is told from others. */
export const keyOf = ({ id, sequence }: Told): string => id ?? sequence ?? "";
