import { type ClusterAccess } from "../../cluster/index.ts";

/** What the first reading of an access gave, and how to read it again. */
export type AccessSource = Readonly<{
  /** The first reading; undefined when it failed. */
  first: ClusterAccess | undefined;
  /** The first reading once, a new one at each later call. */
  access(): Promise<ClusterAccess>;
}>;

/** Reads at once, so that a plan can tell servers and warnings; a failure is kept for whoever connects. */
export async function createAccessSource(read: () => Promise<ClusterAccess>): Promise<AccessSource> {
  const [outcome] = await Promise.allSettled([read()]);
  let unused: typeof outcome | undefined = outcome;
  return {
    first: outcome.status === "fulfilled" ? outcome.value : undefined,
    async access() {
      const taken = unused;
      unused = undefined;
      if (taken === undefined) return read();
      if (taken.status === "rejected") throw taken.reason;
      return taken.value;
    },
  };
}
