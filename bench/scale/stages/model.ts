import { type BenchOptions, type BenchResult, type Figure } from "../../model.ts";
import { type Settings, type SubjectName, subjects } from "../settings.ts";
import { type World } from "../world/world.ts";

/** What a stage is given. `world` is the fleet of `settings.clusters` with `settings.pods`, started when first asked for. */
export type StageContext = BenchOptions &
  Readonly<{
    settings: Settings;
    /** The path of client-go's informers. */
    informer(): Promise<string>;
    world(): Promise<World>;
  }>;

/** Figures, and with them what else is kept in docs/. */
export type Found = readonly Figure[] | Pick<BenchResult, "figures" | "files">;

export type Stage = (context: StageContext) => Promise<Found>;

/** What one run of one subject showed: a value an aspect. */
export type Run = Readonly<Record<string, number>>;
export type Runs = ReadonlyMap<SubjectName, readonly Run[]>;

/** A run in a line, for who waits. */
export const wordsOf = (run: Run): string =>
  Object.entries(run)
    .map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`)
    .join(", ");

type Turn = readonly [SubjectName, () => Promise<Run>];

/** Each chosen subject in turn, so many rounds; what it found is told at once. */
export async function inTurn(
  turns: readonly Turn[],
  { settings, signal, say }: StageContext,
  rounds: number,
): Promise<Runs> {
  const chosen = turns.filter(([name]) => settings.subjects.includes(name));
  const runs = new Map<SubjectName, Run[]>(chosen.map(([name]) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const [name, run] of chosen) {
      signal.throwIfAborted();
      const found = await run();
      say(`${rounds === 1 ? "" : `round ${round}: `}${subjects[name]}: ${wordsOf(found)}`);
      runs.get(name)?.push(found);
    }
  }
  return runs;
}

export const count = (value: number): string => value.toLocaleString("en");
