import { HeddleError } from "../../base/index.ts";
import { type Cluster } from "../../cluster/index.ts";
import { type Resource, resourceName } from "../../model/index.ts";

/** The one kind that a word means in this cluster. A category ("all") fails with HEDDLE_FLEET_SEVERAL_KINDS. */
export const findKind = async ({ discovery }: Cluster, kind: string, signal: AbortSignal): Promise<Resource> =>
  onlyKind(kind, await discovery.find(kind, signal));

/** The one kind that was found for a word; several fail with HEDDLE_FLEET_SEVERAL_KINDS, their names in `details.kinds`. */
export function onlyKind(kind: string, found: readonly Resource[]): Resource {
  const [resource, ...others] = found;
  if (resource !== undefined && others.length === 0) return resource;
  const kinds = found.map(resourceName);
  throw new HeddleError(`"${kind}" means several kinds here (${kinds.join(", ")}): ask for each of them`, {
    code: "HEDDLE_FLEET_SEVERAL_KINDS",
    details: { kind, kinds },
  });
}
