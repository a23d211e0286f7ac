import { createHash } from "node:crypto";
import { type ClusterId, isDnsLabel, parseClusterId } from "../model/index.ts";

const longest = 63;

/** The DNS label nearest to a name: lower case, other characters as "-", trimmed; undefined when nothing is left. */
export function toDnsLabel(name: string): string | undefined {
  const label = cut(
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]/g, "-")
      .replace(/^-+/, ""),
    longest,
  );
  return label === "" ? undefined : label;
}

const cut = (text: string, length: number): string => text.slice(0, length).replace(/-+$/, "");

/**
 * One id for each name, in their order: its DNS label, or, where another name took that, the label with a hash of the
 * name. A name that is a label already always keeps it, so ids do not depend on the order of the others. Names must
 * differ from one another.
 */
export function makeClusterIds(names: readonly string[]): readonly ClusterId[] {
  const taken = new Set(names.filter(isDnsLabel));
  return names.map((name) => {
    if (isDnsLabel(name)) return parseClusterId(name);
    const label = toDnsLabel(name) ?? "cluster";
    const id = taken.has(label) ? withHash(name, label, taken) : label;
    taken.add(id);
    return parseClusterId(id);
  });
}

/** Six characters of the hash, more where even those are taken. */
function withHash(name: string, label: string, taken: ReadonlySet<string>): string {
  const hash = createHash("sha256").update(name).digest("hex");
  for (let length = 6; length < longest; length++) {
    const id = `${cut(label, longest - length - 1)}-${hash.slice(0, length)}`;
    if (!taken.has(id)) return id;
  }
  return hash.slice(0, longest);
}
