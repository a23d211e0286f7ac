/** Variables by name, as process.env gives them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** `text` with its references replaced; or what kept one from being replaced. */
export type Expansion = Readonly<{
  text: string;
  /** True when anything was replaced: the text may now hold a secret. */
  expanded: boolean;
  /** Names that are not set. */
  unset: readonly string[];
  /** References that name no variable, as written: "${MY-VAR}". */
  malformed: readonly string[];
}>;

const reference = /\$\$\{|\$\{([^}]*)(\}?)/g;
/** POSIX names; what is longer than any name in use may be a secret that lost its way. */
const variableName = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;

/** Replaces `${NAME}` by the variable's value, once: values are not expanded again. `$${` stands for a plain `${`. */
export function expandEnvironment(text: string, env: Environment): Expansion {
  const unset: string[] = [];
  const malformed: string[] = [];
  let expanded = false;
  const replaced = text.replace(reference, (found, name: string | undefined, end: string | undefined) => {
    if (name === undefined) return "${";
    if (end !== "}" || !variableName.test(name)) {
      malformed.push(found);
      return found;
    }
    const value = env[name];
    if (value === undefined) unset.push(name);
    expanded ||= value !== undefined;
    return value ?? found;
  });
  return { text: replaced, expanded, unset, malformed };
}
