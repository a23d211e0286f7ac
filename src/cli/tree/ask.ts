import { type JsonObject, type JsonValue, jsonAt, listAt, objectAt, stringAt } from "../../model/index.ts";
import { type RelationsQuestion, type ServerApi } from "../server/model.ts";
import { type Way } from "./build.ts";
import { type Edge, type TreeEnd } from "./model.ts";

export type TreeQuestion = Readonly<{
  depth: number;
  /** Only along these; undefined: all that tell more than where everything is. */
  types: readonly string[] | undefined;
  way: Way;
}>;

export type TreeCall = Readonly<{
  server: ServerApi;
  /** Its kind as people write it. */
  root: Pick<RelationsQuestion, "cluster" | "kind" | "namespace" | "name">;
  question: TreeQuestion;
}>;

/** `root`: what was asked about, as the server knows it. */
export type Asked = Readonly<{ root: TreeEnd | undefined; edges: readonly Edge[]; cut: boolean }>;

/** Everything has a namespace and a definition; that a Deployment manages a Pod is said by what owns what. */
const telling = ["owned_by", "selects", "routes_to", "scales", "runs_on", "bound_to", "uses", "attached_to", "binds"];

/** All relations that a tree needs. Fails as the server does: HEDDLE_RELATIONS_DISABLED where none are kept. */
export async function askRelations({ server, root, question }: TreeCall, signal: AbortSignal): Promise<Asked> {
  const { depth, types = telling, way: direction } = question;
  return readRelations(await server.relations({ ...root, depth, types, direction }, signal));
}

/** Reads what `POST /api/relations` answers. */
function readRelations(answer: JsonObject): Asked {
  const edges = listAt(answer, "relations").flatMap((relation): readonly Edge[] => {
    const type = stringAt(relation, "type");
    const from = readEnd(jsonAt(relation, "from"));
    const to = readEnd(jsonAt(relation, "to"));
    return type === undefined || from === undefined || to === undefined
      ? []
      : [{ type, because: stringAt(relation, "because") ?? "", from, to }];
  });
  return { root: readEnd(answer["root"]), edges, cut: answer["cut"] === true };
}

function readEnd(value: JsonValue | undefined): TreeEnd | undefined {
  const [kind, name, namespace] = [stringAt(value, "kind"), stringAt(value, "name"), stringAt(value, "namespace")];
  if (kind === undefined || name === undefined) return undefined;
  return {
    group: stringAt(value, "group") ?? "",
    kind,
    ...(namespace && { namespace }),
    name,
    missing: jsonAt(value, "missing") === true,
    attributes: objectAt(value, "attributes"),
  };
}
