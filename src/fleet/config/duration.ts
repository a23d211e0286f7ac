const unitsMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

const number = String.raw`(?:\d+(?:\.\d*)?|\.\d+)`;
const whole = new RegExp(`^[-+]?(?:${number}(?:ns|us|µs|μs|ms|s|m|h))+$`);
const part = new RegExp(`(${number})(ns|us|µs|μs|ms|s|m|h)`, "g");

/** Milliseconds of a duration as Go's time.ParseDuration reads it ("30s", "1h30m", "1.5h", "0"); undefined for other text. */
export function parseDurationMs(text: string): number | undefined {
  if (text === "0") return 0;
  if (!whole.test(text)) return undefined;
  const sumMs = [...text.matchAll(part)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (unitsMs[unit ?? ""] ?? Number.NaN),
    0,
  );
  return text.startsWith("-") ? -sumMs : sumMs;
}
