const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;

/** A duration in at most two units as kubectl and `heddle get` show ages: "45s", "3m12s", "5h4m", "2d3h", "2y43d". */
export function ageWords(durationMs: number): string {
  const seconds = Math.max(0, Math.trunc(durationMs / 1000));
  if (seconds < 2 * minute) return `${seconds}s`;
  const minutes = Math.trunc(seconds / minute);
  if (minutes < 10) return two([minutes, "m"], [seconds % minute, "s"]);
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.trunc(seconds / hour);
  if (hours < 8) return two([hours, "h"], [minutes % 60, "m"]);
  if (hours < 48) return `${hours}h`;
  const days = Math.trunc(seconds / day);
  if (days < 8) return two([days, "d"], [hours % 24, "h"]);
  if (days < 2 * 365) return `${days}d`;
  const years = Math.trunc(seconds / year);
  return years < 8 ? two([years, "y"], [days % 365, "d"]) : `${years}y`;
}

const two = ([large, largeUnit]: readonly [number, string], [small, smallUnit]: readonly [number, string]): string =>
  small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`;
