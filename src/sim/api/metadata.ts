import { type Clock, type Random } from "../../base/index.ts";
import { type ObjectMeta } from "../../model/index.ts";

export type MetadataDeps = Readonly<{ clock: Pick<Clock, "nowMs">; random: Random }>;

/** Kubernetes' times: whole seconds of UTC. */
export const timestampOf = (clock: Pick<Clock, "nowMs">): string =>
  new Date(clock.nowMs()).toISOString().replace(/\.\d+Z$/, "Z");

/** A version 4 UUID out of the injected randomness: the same seed gives the same. */
export function uidOf(random: Random): string {
  const word = (): string =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, "0");
  const [a, b, c, d] = [word(), word(), word(), word()];
  const variant = (8 + (parseInt(c.slice(0, 1), 16) % 4)).toString(16);
  return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-${variant}${c.slice(1, 4)}-${c.slice(4)}${d}`;
}

/** Kubernetes' alphabet for generated names: no vowels, no letters that look like digits. */
const nameLetters = "bcdfghjklmnpqrstvwxz2456789";

export const generatedName = (prefix: string, random: Random): string =>
  prefix.slice(0, 58) +
  Array.from({ length: 5 }, () => nameLetters[Math.floor(random() * nameLetters.length)]).join("");

/** The metadata that the server itself gives to a new object; what a client says of these fields counts for nothing. */
export function freshMetadata(given: ObjectMeta, { clock, random }: MetadataDeps): ObjectMeta {
  const { managedFields: _, resourceVersion: __, deletionTimestamp: ___, generation: ____, ...kept } = given;
  return { ...kept, uid: uidOf(random), creationTimestamp: timestampOf(clock) } as ObjectMeta;
}

/** What an update may not change stays as it was. */
export function keptMetadata(given: ObjectMeta, before: ObjectMeta): ObjectMeta {
  const { managedFields: _, ...kept } = given;
  const fixed = ["uid", "creationTimestamp", "generation", "deletionTimestamp", "deletionGracePeriodSeconds"] as const;
  const metadata: Record<string, unknown> = { ...kept };
  for (const field of fixed) {
    if (before[field] === undefined) delete metadata[field];
    else metadata[field] = before[field];
  }
  return metadata as ObjectMeta;
}
