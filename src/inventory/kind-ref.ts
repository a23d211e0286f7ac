/** Which kind, in any version: a store follows one version of each. */
export type KindRef = Readonly<{ group: string; kind: string }>;

/** The same as a key of maps: neither part holds a slash. */
export const kindName = ({ group, kind }: KindRef): string => `${group}/${kind}`;
