import { manyOf, type UrlSearch } from "./url-search.ts";

/** What an address may say: each part with its words, or with none where any text may stand. */
export type Address = Readonly<Record<string, readonly string[] | undefined>>;

/** Something in an address that means nothing, and what could stand there. */
export type AddressFault = Readonly<{ part: string; found: string; possible: readonly string[] }>;

/** An address without what means nothing. */
export type CheckedAddress = Readonly<{ search: UrlSearch; faults: readonly AddressFault[] }>;

/**
 * Takes out of an address what means nothing on its page, and says so: a part that the page does not know, a word that
 * a part does not have. Words are taken in any case; "-" before one stays. Pure.
 */
export function checkAddress(search: UrlSearch, address: Address): CheckedAddress {
  const faults: AddressFault[] = [];
  const kept: Record<string, UrlSearch[string]> = {};
  for (const [part, value] of Object.entries(search)) {
    const words = manyOf(value);
    if (!Object.hasOwn(address, part)) {
      if (words.length > 0) faults.push({ part, found: "", possible: Object.keys(address) });
      continue;
    }
    const possible = address[part];
    if (possible === undefined) {
      kept[part] = value;
      continue;
    }
    const meant = words.flatMap((found) => {
      const word = wordOf(found, possible);
      if (word === undefined) faults.push({ part, found, possible });
      return word ?? [];
    });
    if (meant.length > 0) kept[part] = meant.length === 1 ? meant[0] : meant;
  }
  return { search: kept, faults };
}

function wordOf(found: string, possible: readonly string[]): string | undefined {
  const [sign, text] = found.startsWith("-") ? ["-", found.slice(1)] : ["", found];
  const word = possible.find((one) => one.toLowerCase() === text.toLowerCase());
  return word === undefined ? undefined : sign + word;
}

/** A fault as a sentence: what was found, and what is possible. Pure. */
export const faultWords = ({ part, found, possible }: AddressFault): string =>
  found === ""
    ? `The address says “${part}”, which this page does not know; it knows ${listed(possible, "and")}.`
    : `The address asks for the ${part} “${found}”, which there is not: it may be ${listed(possible, "or")}.`;

const listed = (words: readonly string[], joined: string): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} ${joined} ${words.at(-1) ?? ""}`;
