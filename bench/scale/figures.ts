import { type Figure, median } from "../model.ts";
import { type Run, type Runs } from "./stages/model.ts";
import { type SubjectName, subjects } from "./settings.ts";

/** A row for each subject that has it. */
export type Aspect = Readonly<{
  key: string;
  label: string;
  unit: string;
  /** Of Heddle's rows. */
  target?: string;
  /** Against whom Heddle's rows are set. */
  against?: readonly SubjectName[];
}>;

const ours: ReadonlySet<SubjectName> = new Set(["engine", "served"]);

/** Medians over the rounds. A ratio is the median of the rounds' own: what else the machine did then slowed both. */
export function figuresOf(aspects: readonly Aspect[], runs: Runs): readonly Figure[] {
  return aspects.flatMap((aspect) => [...runs].flatMap(([subject, own]) => rowsOf(aspect, { subject, own, runs })));
}

type Row = Readonly<{ subject: SubjectName; own: readonly Run[]; runs: Runs }>;

function rowsOf({ key, label, unit, target, against = [] }: Aspect, { subject, own, runs }: Row): readonly Figure[] {
  const values = valuesOf(own, key);
  if (values.length === 0) return [];
  const row = { label: `${label}: ${subjects[subject]}`, value: median(values), unit };
  if (!ours.has(subject)) return [row];
  const ratios = against.flatMap((peer) => {
    const theirs = valuesOf(runs.get(peer) ?? [], key);
    const value = median(values.map((value, round) => value / (theirs[round] ?? NaN)));
    return Number.isNaN(value) ? [] : [{ to: subjects[peer], value }];
  });
  return [{ ...row, ...(ratios.length > 0 && { ratios }), ...(target !== undefined && { target }) }];
}

const valuesOf = (runs: readonly Run[], key: string): readonly number[] => runs.flatMap((run) => run[key] ?? []);
