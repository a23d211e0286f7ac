const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;

/**
 * A duration in at most two units, as kubectl shows ages: "45s", "3m12s", "5h4m", "2d3h", "400d", "2y43d". Like
 * kubectl, at most a second in the future is "0s"; later than that is "<invalid>".
 */
export function humanDuration(durationMs: number): string {
  const seconds = Math.trunc(durationMs / 1000);
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 2 * minute) return `${seconds}s`;
  const minutes = Math.trunc(seconds / minute);
  if (minutes < 10) return two([minutes, "m"], [seconds % minute, "s"]);
  if (minutes < 3 * 60) return `${minutes}m`;
  const hours = Math.trunc(seconds / hour);
  if (hours < 8) return two([hours, "h"], [minutes % 60, "m"]);
  if (hours < 48) return `${hours}h`;
  if (hours < 8 * 24) return two([Math.trunc(hours / 24), "d"], [hours % 24, "h"]);
  const days = Math.trunc(seconds / day);
  if (hours < 2 * 365 * 24) return `${days}d`;
  if (hours < 8 * 365 * 24) return two([Math.trunc(seconds / year), "y"], [days % 365, "d"]);
  return `${Math.trunc(seconds / year)}y`;
}

const two = ([large, largeUnit]: readonly [number, string], [small, smallUnit]: readonly [number, string]): string =>
  small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`;

/** Milliseconds since the epoch of an RFC 3339 time; undefined of any other text, which Date.parse might still take. */
export function parseTime(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text)) return undefined;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? undefined : atMs;
}

/** How long ago an RFC 3339 time was, as `humanDuration`; "<unknown>" where there is none. */
export function ageOf(timestamp: string | undefined, nowMs: number): string {
  const atMs = timestamp === undefined ? undefined : parseTime(timestamp);
  return atMs === undefined ? "<unknown>" : humanDuration(nowMs - atMs);
}
