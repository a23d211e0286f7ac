import { abortable, anySignal } from "../base/index.ts";
import { type Entry } from "./entry.ts";
import { type FleetDeps } from "./reach.ts";
import { findRepeats } from "./repeats.ts";

/** How long an entry that was reached waits for an earlier one that may be the same cluster at another address. */
const graceMs = 1_000;

/**
 * Refuses whoever reaches a cluster that an earlier entry reaches. An earlier one that is only just connecting is waited
 * for when it may be the same, or both would be used for a moment, now the one first, now the other: at the same address
 * until it is known, for the address is as good for the one as for the other; at another, which may be dead, for a
 * moment. What comes later than that decides anew.
 */
export async function settle(entry: Entry, entries: readonly Entry[], { signal, clock }: SettleOptions): Promise<void> {
  const earlier = entries.slice(0, entries.indexOf(entry));
  const attempts = (rivals: readonly Entry[]) => Promise.all(rivals.map((rival) => rival.attempted()));
  const ended = new AbortController();
  const either = anySignal(signal, ended.signal);
  await Promise.allSettled([
    abortable(attempts(earlier.filter((rival) => sameServer(rival, entry))), signal),
    Promise.race([
      attempts(earlier.filter((rival) => sameAuthority(rival, entry))),
      clock.sleep(graceMs, either),
    ]).finally(() => ended.abort()),
  ]);
  // Those that were removed meanwhile take nothing from anyone.
  await refuseRepeats(entries.filter((each) => !each.signal.aborted));
}

/** Tells each entry whether an earlier one has its cluster, by what is known now. */
export async function refuseRepeats(entries: readonly Entry[]): Promise<void> {
  const repeats = findRepeats(entries);
  await Promise.all(entries.map((each) => each.refuse(repeats.get(each.id))));
}

type SettleOptions = Readonly<{ signal: AbortSignal; clock: FleetDeps["clock"] }>;

const sameServer = ({ planned: a }: Entry, { planned: b }: Entry): boolean =>
  a.info.server !== "" && a.info.server === b.info.server;

const sameAuthority = ({ planned: a }: Entry, { planned: b }: Entry): boolean =>
  a.authority !== undefined && a.authority === b.authority;
