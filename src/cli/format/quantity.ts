/** A Kubernetes quantity: an exact amount in billionths, and how its notation groups digits. */
export type Quantity = Readonly<{ nano: bigint; notation: "decimal" | "binary" | "exponent" }>;

const decimal: readonly (readonly [string, number])[] = [
  ["n", -9],
  ["u", -6],
  ["m", -3],
  ["", 0],
  ["k", 3],
  ["M", 6],
  ["G", 9],
  ["T", 12],
  ["P", 15],
  ["E", 18],
];
const binary = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const decimalExponents: ReadonlyMap<string, number> = new Map(decimal);
const pattern = /^([+-]?)(\d+\.?\d*|\.\d+)(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d+))?$/;

/** "250m", "1.5Gi", "2e3"; undefined for what is no quantity. Parts below a billionth are rounded up, as the API does. */
export function parseQuantity(text: string): Quantity | undefined {
  const found = pattern.exec(text);
  if (found === null) return undefined;
  const [, sign, digits = "", suffix = "", exponent] = found;
  const power = binary.indexOf(suffix) + 1;
  const scale = power > 0 ? 0 : Number(exponent ?? decimalExponents.get(suffix) ?? 0);
  const amount = scaled(digits, scale + 9, 1024n ** BigInt(power));
  const notation = power > 0 ? "binary" : exponent === undefined ? "decimal" : "exponent";
  return { nano: sign === "-" ? -amount : amount, notation };
}

/** digits × 10^scale × factor, rounded up to a whole number. */
function scaled(digits: string, scale: number, factor: bigint): bigint {
  const [whole = "", fraction = ""] = digits.split(".");
  const shift = scale - fraction.length;
  const number = BigInt(`${whole}${fraction}`) * factor;
  if (shift >= 0) return number * 10n ** BigInt(shift);
  const divisor = 10n ** BigInt(-shift);
  return (number + divisor - 1n) / divisor;
}

/** The sum, in the notation of the first that is not zero. */
export function addQuantities(a: Quantity, b: Quantity): Quantity {
  return { nano: a.nano + b.nano, notation: a.nano === 0n ? b.notation : a.notation };
}

export const zeroQuantity: Quantity = { nano: 0n, notation: "decimal" };

/** The canonical text: no fraction, the largest suffix that needs none. */
export function formatQuantity({ nano, notation }: Quantity): string {
  const sign = nano < 0n ? "-" : "";
  const amount = nano < 0n ? -nano : nano;
  if (amount === 0n) return "0";
  if (notation === "binary" && amount % 1_000_000_000n === 0n && amount >= 1024n * 1_000_000_000n)
    return sign + formatBinary(amount / 1_000_000_000n);
  return sign + formatDecimal(amount, notation === "exponent");
}

function formatBinary(whole: bigint): string {
  let rest = whole;
  let power = 0;
  while (power < binary.length && rest % 1024n === 0n) {
    rest /= 1024n;
    power += 1;
  }
  return `${rest}${binary[power - 1] ?? ""}`;
}

function formatDecimal(nano: bigint, asExponent: boolean): string {
  let rest = nano;
  let exponent = -9;
  while (exponent < 18 && rest % 1000n === 0n) {
    rest /= 1000n;
    exponent += 3;
  }
  if (asExponent && exponent !== 0) return `${rest}e${exponent}`;
  return `${rest}${decimal.find(([, power]) => power === exponent)?.[0] ?? ""}`;
}
