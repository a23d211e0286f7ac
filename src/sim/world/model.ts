/** How large a simulated fleet is, and from which seed it grows: the same options give the same fleet. */
export type WorldOptions = Readonly<{
  /** Default 1. */
  seed?: number;
  /** Default 3. */
  clusters?: number;
  /** In each cluster, give or take what its deployments round to. Default 60. */
  pods?: number;
  /** Between two things that happen in one cluster, on average. Default 2 s; 0: nothing happens. */
  everyMs?: number;
}>;

/** What a cluster of the world is called and what it is for. */
export type Place = Readonly<{ name: string; environment: string; region: string }>;
