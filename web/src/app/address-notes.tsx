import { Hint } from "../notice.tsx";
import { type CheckedAddress, faultWords } from "./address.ts";
import { type UrlSearch } from "./url-search.ts";

type Props = Readonly<{ checked: CheckedAddress; onMend(search: UrlSearch): void }>;

/** What of the address was left out of the page, and why; pressed, the address is mended. */
export function AddressNotes({ checked: { search, faults }, onMend }: Props) {
  return faults.map((fault) => {
    const says = faultWords(fault);
    return <Hint key={says} says={says} act={() => onMend(search)} acts="Leave it out" />;
  });
}
