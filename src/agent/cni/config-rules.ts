import {
  cidrContains,
  compareAddresses,
  firstAddress,
  formatAddress,
  formatCidr,
  type IpAddress,
  type IpFamily,
  lastAddress,
} from "../../model/index.ts";
import { type RangeConfig } from "../addresses/model.ts";
import { type CheckedIpam, type CheckedRange } from "./config-schema.ts";
import { type ConfigProblem } from "./problems.ts";

/** Which of a network's fields contradict each other: each rule says what it found and what goes together. */

type Path = readonly PropertyKey[];

/** A range with the place at which it was written. */
export type PlacedRange = Readonly<{ range: CheckedRange; path: Path }>;

/** The range sets, in whichever of the two forms they are written; with what is wrong with the form. */
export function rangeSetsOf(ipam: CheckedIpam): Readonly<{
  sets: readonly (readonly PlacedRange[])[];
  problems: readonly ConfigProblem[];
}> {
  const { subnet, rangeStart, rangeEnd, gateway, ranges } = ipam;
  const single = { rangeStart, rangeEnd, gateway };
  const lone = Object.entries(single).filter(([, value]) => value !== undefined);
  const sets = (ranges ?? []).map((set, index) =>
    set.map((range, place) => ({ range, path: ["ipam", "ranges", index, place] })),
  );
  if (subnet === undefined) {
    const without = lone.map(([key]) => ({
      path: ["ipam", key],
      message: ranges === undefined ? "needs a subnet beside it" : "belongs into an entry of ranges",
    }));
    const missing = { path: ["ipam", "subnet"], message: "missing: give a subnet, or ranges for several" };
    return { sets, problems: ranges === undefined ? [missing, ...without] : without };
  }
  // As host-local has it: the subnet is one set, ranges are further ones.
  return { sets: [[{ range: { subnet, ...single }, path: ["ipam"] }], ...sets], problems: [] };
}

/** What of one range contradicts itself. */
export function rangeProblems({ range, path }: PlacedRange): readonly ConfigProblem[] {
  const { subnet, rangeStart, rangeEnd, gateway } = range;
  const least = subnet.family === 4 ? 30 : 126;
  if (subnet.bits > least)
    return [{ path: [...path, "subnet"], message: `too small for a gateway and pods: expected /${least} or larger` }];
  const ends = Object.entries({ rangeStart, rangeEnd, gateway }).flatMap(([key, value]) => {
    const message = value === undefined ? undefined : misplaced(value, subnet);
    return message === undefined ? [] : [{ path: [...path, key], message }];
  });
  if (ends.length > 0 || rangeStart === undefined || rangeEnd === undefined) return ends;
  if (compareAddresses(rangeStart, rangeEnd) <= 0) return [];
  return [{ path: [...path, "rangeEnd"], message: `lies before rangeStart, ${formatAddress(rangeStart)}` }];
}

function misplaced(address: IpAddress, subnet: CheckedRange["subnet"]): string | undefined {
  if (!cidrContains(subnet, address)) return `lies outside of the subnet ${formatCidr(subnet)}`;
  if (compareAddresses(address, firstAddress(subnet)) === 0) return `names the subnet ${formatCidr(subnet)} itself`;
  if (address.family === 4 && compareAddresses(address, lastAddress(subnet)) === 0)
    return `is the broadcast address of the subnet ${formatCidr(subnet)}`;
  return undefined;
}

/** Sets of more than one family, and ranges that share addresses. */
export function setProblems(sets: readonly (readonly PlacedRange[])[]): readonly ConfigProblem[] {
  const mixed = sets.flatMap(([first, ...more]) =>
    more
      .filter(({ range }) => range.subnet.family !== first?.range.subnet.family)
      .map(({ path }) => ({
        path: [...path, "subnet"],
        message: "of another family than the first of its list: give each family a list of its own",
      })),
  );
  const all = sets.flat();
  const overlaps = all.flatMap(({ range, path }, index) => {
    const other = all.slice(0, index).find((earlier) => overlap(earlier.range, range));
    if (other === undefined) return [];
    return [
      { path: [...path, "subnet"], message: `shares addresses with ${rangeText(other.range)}: no two ranges may` },
    ];
  });
  return [...mixed, ...overlaps];
}

const edges = ({ subnet, rangeStart, rangeEnd }: CheckedRange): readonly [IpAddress, IpAddress] => [
  rangeStart ?? firstAddress(subnet),
  rangeEnd ?? lastAddress(subnet),
];

function overlap(a: CheckedRange, b: CheckedRange): boolean {
  if (a.subnet.family !== b.subnet.family) return false;
  const [[firstA, lastA], [firstB, lastB]] = [edges(a), edges(b)];
  return compareAddresses(firstA, lastB) <= 0 && compareAddresses(firstB, lastA) <= 0;
}

const rangeText = (range: CheckedRange): string => {
  const [first, last] = edges(range);
  return `${formatAddress(first)} to ${formatAddress(last)}`;
};

/** Routes that no gateway leads to, and two to one destination. */
export function routeProblems(ipam: CheckedIpam, ranges: readonly CheckedRange[]): readonly ConfigProblem[] {
  const routes = ipam.routes ?? [];
  return routes.flatMap(({ dst, gw, mtu, priority }, index): readonly ConfigProblem[] => {
    const path = ["ipam", "routes", index];
    const own = ranges.filter(({ subnet }) => subnet.family === dst.family);
    if (own.length === 0)
      return [{ path: [...path, "dst"], message: `there is no IPv${dst.family} range to route from` }];
    if (gw !== undefined && !own.some(({ subnet }) => cidrContains(subnet, gw)))
      return [{ path: [...path, "gw"], message: `lies in no IPv${dst.family} subnet of the network` }];
    if (mtu !== undefined && dst.family === 6 && mtu < leastOfSix)
      return [{ path: [...path, "mtu"], message: `IPv6 needs at least ${leastOfSix}` }];
    const same = routes.findIndex((other) => formatCidr(other.dst) === formatCidr(dst) && other.priority === priority);
    return same < index ? [{ path: [...path, "dst"], message: `is the destination of routes[${same}] already` }] : [];
  });
}

/** The least packet that IPv6 can do with (RFC 8200, section 5). */
const leastOfSix = 1280;

export function mtuProblems(mtu: number, families: ReadonlySet<IpFamily>): readonly ConfigProblem[] {
  if (mtu === 0 || mtu >= leastOfSix || !families.has(6)) return [];
  return [{ path: ["mtu"], message: `IPv6 needs at least ${leastOfSix}` }];
}

export const toRangeConfig = ({ subnet, rangeStart, rangeEnd, gateway }: CheckedRange): RangeConfig => ({
  subnet,
  first: rangeStart,
  last: rangeEnd,
  gateway,
});
