import { type BenchOptions, type Figure, median, type Ratio } from "../../model.ts";
import { type Nodes } from "../world/nodes.ts";
import { type Settings } from "../settings.ts";

/** What a stage is given. `nodes` are started when first asked for, and end with the bench. */
export type StageContext = BenchOptions & Readonly<{ settings: Settings; nodes(): Promise<Nodes> }>;

export type Stage = (context: StageContext) => Promise<readonly Figure[]>;

/** What each round showed of the one and of the other. */
export type Rounds = Readonly<{ heddle: readonly number[]; reference: readonly number[] }>;

export const reference = "bridge + host-local";

type Compared = Readonly<{ label: string; unit: string; target?: string }>;

/** Medians over the rounds; the ratio is the median of the rounds' own: what else the machine did then slowed both. */
export function compare({ label, unit, target }: Compared, rounds: Rounds): readonly Figure[] {
  const ratio: Ratio = {
    to: reference,
    value: median(rounds.heddle.map((value, round) => value / (rounds.reference[round] ?? NaN))),
  };
  return [
    { label: `${label}: Heddle`, value: median(rounds.heddle), unit, ratio, ...(target !== undefined && { target }) },
    { label: `${label}: ${reference}`, value: median(rounds.reference), unit },
  ];
}
