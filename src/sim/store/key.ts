/** Sorts by namespace, then name: a space sorts before all that a namespace may hold. */
export const keyOf = ({ namespace, name }: Readonly<{ namespace: string; name: string }>): string =>
  `${namespace} ${name}`;
