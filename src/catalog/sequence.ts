/**
 * After which sequence a record that has no past begins: later than any that an earlier one in its place can have told,
 * so that whoever comes back with an old sequence learns that it is no longer held. Only here does wall time matter;
 * `known` is what could still be learned of the earlier one. Room for a million events a second, safe until 2255.
 */
export const firstSequenceAfter = (nowMs: number, known = 0): number => Math.max(known, Math.floor(nowMs) * 1_000, 0);
