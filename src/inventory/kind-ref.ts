/** Which kind, in any version: a store follows one version of each. */
export type KindRef = Readonly<{ group: string; kind: string }>;
