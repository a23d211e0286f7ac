import { field, ageColumn, nameColumn, statusColumn, type Table, type TablesByName } from "./column.ts";

const resourceClaimTable: Table = [nameColumn, { ...statusColumn, header: "STATE" }, ageColumn];

const resourceSliceTable: Table = [
  nameColumn,
  field("NODE", ["spec", "nodeName"]),
  field("DRIVER", ["spec", "driver"]),
  field("POOL", ["spec", "pool", "name"]),
  ageColumn,
];

/** By plural and group. */
export const tables: TablesByName = {
  "resourceclaims.resource.k8s.io": resourceClaimTable,
  "resourceslices.resource.k8s.io": resourceSliceTable,
};
