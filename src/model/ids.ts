import { UsageError } from "../base/index.ts";

declare const brand: unique symbol;
type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** A cluster's name inside Heddle: a DNS label (RFC 1123), unique in its fleet. */
export type ClusterId = Branded<string, "ClusterId">;

const dnsLabel = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

export const isDnsLabel = (text: string): boolean => dnsLabel.test(text);

/** Takes a DNS label as it is and refuses everything else with a UsageError. */
export function parseClusterId(text: string): ClusterId {
  if (isDnsLabel(text)) return text as ClusterId;
  throw new UsageError(
    `"${text}" is no cluster id: expected a DNS label (lower-case letters, digits and "-", at most 63, beginning and ending with a letter or digit)`,
    { code: "HEDDLE_CLUSTER_ID_INVALID" },
  );
}
