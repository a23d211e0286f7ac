const units = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** "512 B", "3.4 MiB": at most one digit behind the point. */
export function humanBytes(bytes: number): string {
  let [amount, unit] = [bytes, 0];
  while (amount >= 1024 && unit < units.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  return `${amount >= 100 || unit === 0 ? Math.round(amount) : Number(amount.toFixed(1))} ${units[unit]}`;
}
