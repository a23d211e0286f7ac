import { UsageError } from "../../base/index.ts";
import { type KubeObject } from "../../model/index.ts";
import { evaluatePath } from "../json-path/evaluate.ts";
import { parsePath } from "../json-path/parse.ts";
import { valueText } from "../json-path/print.ts";
import { orNone } from "../tables/column.ts";

/** A column that the user asked for. */
export type CustomColumn = Readonly<{ header: string; cell(object: KubeObject): string }>;

/** Reads "NAME:.metadata.name,IMAGE:.spec.containers[*].image". Commas inside brackets and quotes belong to a path. */
export function parseCustomColumns(spec: string): readonly CustomColumn[] {
  return splitColumns(spec).map((part) => {
    const colon = part.indexOf(":");
    if (colon <= 0)
      throw new UsageError(`-o custom-columns: "${part}": expected HEADER:.path, like NAME:.metadata.name`);
    const path = parsePath(part.slice(colon + 1));
    return {
      header: part.slice(0, colon),
      cell: (object) => orNone(evaluatePath(path, object).map(valueText).join(",")),
    };
  });
}

const splitColumns = (spec: string): readonly string[] => spec.match(/(?:\[[^\]]*\]|"[^"]*"|'[^']*'|[^,])+/g) ?? [];
