import { type HeddleError } from "../../base/index.ts";

/** One question of a health check, answered or not. `failing`: names of the checks that the server says have failed. */
export type Observation =
  | Readonly<{ ok: true; latencyMs: number }>
  | Readonly<{ ok: false; error: HeddleError; failing: readonly string[] }>;

/** Everything that one check saw; `ready` and `live` are missing where it was no use to ask. */
export type Observations = Readonly<{
  nowMs: number;
  version: Observation & Readonly<{ gitVersion?: string | undefined }>;
  live?: Observation;
  ready?: Observation;
  serverCertificateEndsAtMs?: number | undefined;
  clientCertificateEndsAtMs?: number | undefined;
}>;

/** The names in what /livez and /readyz answer when a check failed: "[-]etcd failed: reason withheld" → "etcd". */
export const failingChecks = (answer: string): readonly string[] =>
  [...answer.matchAll(/^\[-\](\S+)/gm)].map(([, name = ""]) => name);
