import { HeddleError } from "../../base/index.ts";
import { type Cluster } from "../../cluster/index.ts";
import { type Resource, resourceName } from "../../model/index.ts";

/** The one kind that a word means in this cluster. A category ("all") fails with HEDDLE_FLEET_SEVERAL_KINDS. */
export async function findKind({ discovery }: Cluster, kind: string, signal: AbortSignal): Promise<Resource> {
  const [resource, ...others] = await discovery.find(kind, signal);
  if (resource !== undefined && others.length === 0) return resource;
  const kinds = [...(resource === undefined ? [] : [resource]), ...others].map(resourceName);
  throw new HeddleError(`"${kind}" means several kinds here (${kinds.join(", ")}): ask for each of them`, {
    code: "HEDDLE_FLEET_SEVERAL_KINDS",
    details: { kind, kinds },
  });
}
