/** The flags of one call, after parsing: by their long name in camel case. */
export type Flags = Readonly<{
  /** The last value given, or undefined. */
  text(name: string): string | undefined;
  /** True when a flag without a value was given. */
  on(name: string): boolean;
  /** Every value given, each split at commas; empty parts are dropped. */
  list(name: string): readonly string[];
  has(name: string): boolean;
}>;

/** Reads what the parser collected: strings, true, or lists of strings where a flag may be repeated. */
export function createFlags(values: Readonly<Record<string, unknown>>): Flags {
  const texts = (name: string): readonly string[] => {
    const value = values[name];
    if (Array.isArray(value)) return value.map(String);
    return typeof value === "string" ? [value] : [];
  };
  return {
    text: (name) => texts(name).at(-1),
    on: (name) => values[name] === true,
    list: (name) =>
      texts(name)
        .flatMap((text) => text.split(","))
        .filter((part) => part !== ""),
    has: (name) => values[name] !== undefined,
  };
}
