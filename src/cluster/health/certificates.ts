import { type Observations } from "./observations.ts";

type Ends = Pick<Observations, "serverCertificateEndsAtMs" | "clientCertificateEndsAtMs">;

const dayMs = 24 * 3_600_000;

/** Which certificates have ended or will within `withinMs`, each in a sentence's words. */
export const certificateProblems = (seen: Ends & Pick<Observations, "nowMs">, withinMs: number): readonly string[] => [
  ...problem("the API server's certificate", seen.serverCertificateEndsAtMs, { nowMs: seen.nowMs, withinMs }),
  ...problem("our client certificate", seen.clientCertificateEndsAtMs, { nowMs: seen.nowMs, withinMs }),
];

/** The end that comes first; undefined when neither is known. */
export function earliest({ serverCertificateEndsAtMs, clientCertificateEndsAtMs }: Ends): number | undefined {
  const known = [serverCertificateEndsAtMs, clientCertificateEndsAtMs].filter((endMs) => endMs !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function problem(
  whose: string,
  endsAtMs: number | undefined,
  { nowMs, withinMs }: Readonly<{ nowMs: number; withinMs: number }>,
): readonly string[] {
  if (endsAtMs === undefined) return [];
  const leftMs = endsAtMs - nowMs;
  const date = new Date(endsAtMs).toISOString().slice(0, 10);
  if (leftMs <= 0) return [`${whose} ended on ${date}`];
  return leftMs < withinMs ? [`${whose} ends in ${roughly(leftMs)}, on ${date}`] : [];
}

function roughly(durationMs: number): string {
  const days = Math.floor(durationMs / dayMs);
  if (days >= 1) return days === 1 ? "1 day" : `${days} days`;
  const hours = Math.floor(durationMs / 3_600_000);
  return hours < 1 ? "less than an hour" : hours === 1 ? "1 hour" : `${hours} hours`;
}
