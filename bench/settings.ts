/** What a benchmark of several stages takes from the environment: HEDDLE_BENCH_STAGES=sync,soak HEDDLE_BENCH_PODS=1000. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A number's name behind HEDDLE_BENCH_, what it is where nobody says, and the stages that obey it. */
export type KnownNumber<Stage extends string> = readonly [name: string, usual: number, obeyedBy: readonly Stage[]];

type KnownNumbers<Stage extends string> = Readonly<Record<string, KnownNumber<Stage>>>;

/** Throws for what is no number above 0. */
export function numbersOf<Numbers extends KnownNumbers<string>>(
  numbers: Numbers,
  env: Environment,
): Readonly<Record<keyof Numbers, number>> {
  const values = Object.entries(numbers).map(([key, [name, usual]]) => {
    const value = Number(env[`HEDDLE_BENCH_${name}`] ?? usual);
    if (!(value > 0)) throw new Error(`HEDDLE_BENCH_${name}=${env[`HEDDLE_BENCH_${name}`]}: expected a number above 0`);
    return [key, value];
  });
  return Object.fromEntries(values) as Record<keyof Numbers, number>;
}

/** Those that a variable names, in the order of all; all where it is not set. Throws for one that there is not. */
export function chosenOf<T extends string>(env: Environment, variable: string, all: readonly T[]): readonly T[] {
  const named: readonly string[] = env[variable]?.split(",") ?? all;
  const unknown = named.filter((name) => !all.some((one) => one === name));
  if (unknown.length > 0) throw new Error(`${variable}: no "${unknown.join('", "')}": there are ${all.join(", ")}`);
  return all.filter((name) => named.includes(name));
}

/** The numbers that are set and that a stage obeys, as they are written before a command. */
export function setFor<Stage extends string>(
  numbers: KnownNumbers<Stage>,
  stage: Stage,
  env: Environment,
): readonly string[] {
  return Object.values(numbers).flatMap(([name, , obeyedBy]) => {
    const value = env[`HEDDLE_BENCH_${name}`];
    return value === undefined || !obeyedBy.includes(stage) ? [] : [`HEDDLE_BENCH_${name}=${value}`];
  });
}
