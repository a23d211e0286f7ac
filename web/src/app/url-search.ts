/** A query string as parts by name: text, or texts where a name stands several times. */
export type UrlSearch = Readonly<Record<string, string | readonly string[] | undefined>>;

/** "?kind=pods&status=Pending&status=Failed" and what it says. Values are text, never guessed to be something else. */
export function parseSearch(text: string): Record<string, string | string[]> {
  const parameters = new URLSearchParams(text);
  return Object.fromEntries(
    [...new Set(parameters.keys())].map((name) => {
      const values = parameters.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? "") : values];
    }),
  );
}

/** The other way; what is empty is left out. */
export function stringifySearch(search: UrlSearch): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(search))
    for (const one of typeof value === "string" ? [value] : (value ?? [])) if (one !== "") parameters.append(name, one);
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}

/** A value that may stand several times, as a list. */
export const manyOf = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === "string" && one !== "");

/** A value that stands once; undefined when it is missing or empty. */
export const oneOf = (value: unknown): string | undefined => manyOf(value)[0];
