import { ageWords } from "./age-words.ts";
import { useNowMs } from "./app/clock.ts";

/** How long ago a time of RFC 3339 was; it ticks, and shows the time itself when pointed at. */
export function Age({ at, ago = false }: Readonly<{ at: string | null | undefined; ago?: boolean }>) {
  const nowMs = useNowMs();
  const atMs = at == null ? Number.NaN : Date.parse(at);
  if (Number.isNaN(atMs)) return <span className="number">–</span>;
  const words = ageWords(nowMs - atMs);
  return (
    <time className="number" dateTime={at ?? ""} title={new Date(atMs).toLocaleString()}>
      {ago ? `${words} ago` : words}
    </time>
  );
}
