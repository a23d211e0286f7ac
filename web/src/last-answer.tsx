import { Age } from "./age.tsx";

/** When a cluster that is in trouble was last heard of, as a sentence. */
export function LastAnswer({ at }: Readonly<{ at: string | null }>) {
  if (at === null) return <>It has not answered yet.</>;
  return (
    <>
      It last answered <Age at={at} ago />: what is shown of it was known then.
    </>
  );
}
