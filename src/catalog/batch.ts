import { HeddleError } from "../base/index.ts";
import { type CatalogBatch } from "./model.ts";

/** A kind's key within its cluster, for maps: a group holds no space. */
export const kindKey = (group: string, kind: string): string => `${group} ${kind}`;

/** Refuses a batch that says objects or completeness of no kind: a mistake of the caller, not of the disk. */
export function checkBatch(batch: CatalogBatch): void {
  if (batch.kind !== undefined || (batch.objects.length === 0 && batch.complete !== true)) return;
  throw new HeddleError(
    `A batch of cluster ${batch.cluster} has ${batch.objects.length} objects but no kind: say which kind they are of.`,
    { code: "HEDDLE_CATALOG_BATCH_INVALID" },
  );
}
