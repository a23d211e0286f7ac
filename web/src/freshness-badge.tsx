import { Age } from "./age.tsx";
import { type Freshness } from "./freshness.ts";
import { type Health } from "./health.ts";
import { StatusBadge } from "./status-badge.tsx";

const healths: Readonly<Record<string, Health>> = { live: "healthy", "catching-up": "progressing", stale: "unhealthy" };

/** "live", or since when it is not: what a cluster showed last is still shown, and said to be old. */
export function FreshnessBadge({ freshness }: Readonly<{ freshness: Freshness | null | undefined }>) {
  if (freshness == null) return <StatusBadge health="unknown" word="not known yet" />;
  const { state, since } = freshness;
  return (
    <span className="number">
      <StatusBadge health={healths[state] ?? "unknown"} word={state} />
      {since !== null && (
        <>
          {" "}
          since <Age at={since} ago />
        </>
      )}
    </span>
  );
}
