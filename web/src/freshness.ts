/** How far what is shown can be trusted, as the server tells it. */
export type Freshness = Readonly<{ state: string; since: string | null }>;
