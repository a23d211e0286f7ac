import { type BenchOptions, type BenchResult, type Figure } from "../../model.ts";
import { type Settings } from "../settings.ts";
import { type SubjectName, subjects } from "../subjects/subjects.ts";
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

export const count = (value: number): string => value.toLocaleString("en");

export const labelOf = (aspect: string, subject: SubjectName): string => `${aspect}: ${subjects[subject]}`;
