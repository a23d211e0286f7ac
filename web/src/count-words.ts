const form = new Intl.NumberFormat("en");

/** 12,345 */
export const countText = (count: number): string => form.format(count);

/** "1 object", "12,345 objects": of words that get an s. */
export const counted = (count: number, word: string): string => `${countText(count)} ${word}${count === 1 ? "" : "s"}`;

const irregular: Readonly<Record<string, string>> = { Ingress: "Ingresses", Endpoints: "Endpoints" };

/** A kind as it is called when there are many: "Pods", "NetworkPolicies", "Ingresses". */
export function pluralOf(kind: string): string {
  const known = irregular[kind];
  if (known !== undefined) return known;
  if (/(s|x|ch|sh)$/.test(kind)) return `${kind}es`;
  return /[^aeiou]y$/.test(kind) ? `${kind.slice(0, -1)}ies` : `${kind}s`;
}
