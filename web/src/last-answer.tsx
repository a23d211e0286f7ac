import { Age } from "./age.tsx";
import { type Freshness } from "./freshness.ts";

type Props = Readonly<{ at: string | null; freshness: Freshness | null }>;

/** When a cluster that is in trouble was last heard of, as a sentence. */
export function LastAnswer({ at, freshness }: Props) {
  if (at !== null)
    return (
      <>
        It last answered <Age at={at} ago />: what is shown of it was known then.
      </>
    );
  if (freshness?.since == null || freshness.state !== "stale") return <>It has not answered yet.</>;
  return (
    <>
      It has not answered since the server started: what is shown of it was kept <Age at={freshness.since} ago />.
    </>
  );
}
