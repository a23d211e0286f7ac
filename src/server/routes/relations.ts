import { createBreather } from "../../base/index.ts";
import {
  createDescriber,
  type DescribedEnd,
  type DescribedRelation,
  type NamedEnd,
  type ObjectName,
  type RelationsQuery,
  type RelationType,
  type Store,
} from "../../inventory/index.ts";
import { attributesOf, type ClusterId, type Freshness } from "../../model/index.ts";
import { readJson } from "../body.ts";
import { type Handler } from "../exchange.ts";
import { ServerError } from "../failures.ts";
import { fieldsOf } from "../fields.ts";
import { findClusters, findKinds } from "../kinds.ts";
import { type ServerDeps } from "../model.ts";
import { isRelationType, relationTypes } from "../relation-types.ts";
import { resourceId } from "../resource-id.ts";
import { sendJson } from "../respond.ts";

const keys = ["cluster", "kind", "namespace", "name", "depth", "types", "direction", "limit"];

/** The farthest that relations are followed: beyond it everything is related to everything. */
export const depthLimit = 10;
export const relationsLimit = 2_000;

/** `POST /api/relations`: what belongs to an object, why, and the attributes of each end. */
export const relations =
  ({ store, fleet, clock }: Pick<ServerDeps, "store" | "fleet" | "clock">): Handler =>
  async (exchange) => {
    const fields = fieldsOf(await readJson(exchange), keys);
    const [cluster] = findClusters(fleet.clusters(), [fields.text("cluster")]);
    if (cluster === undefined) return;
    const name = findNamed(store, {
      cluster,
      kind: fields.text("kind"),
      namespace: fields.optionalText("namespace"),
      name: fields.text("name"),
    });
    const found = store.relations(name, {
      depth: Math.min(fields.optionalWhole("depth") ?? 1, depthLimit),
      types: checkTypes(fields.optionalTexts("types")) ?? relationTypes,
      direction: checkDirection(fields.optionalText("direction")) ?? "both",
      limit: Math.min(fields.optionalWhole("limit") ?? 1_000, relationsLimit),
    });
    const describe = createDescriber(store);
    const { pause } = createBreather(clock, exchange.signal);
    const told: object[] = [];
    for (const relation of found?.relations ?? []) {
      told.push(relationToWire(describe(relation)));
      for (let turn = pause(); turn !== undefined; turn = pause()) await turn;
    }
    sendJson(exchange.response, {
      root: rootOf(store, name),
      relations: told,
      cut: found?.cut ?? false,
      freshness: freshnessOf(store, name),
    });
  };

type Asked = Readonly<{ cluster: ClusterId; kind: string; namespace: string | undefined; name: string }>;

/** The object in the store; 404 HEDDLE_CLUSTER_NOT_FOUND where there is none, 400 where the word means several kinds. */
export function findObject(store: Store, asked: Asked): ObjectName {
  const found = namesOf(store, asked).find((name) => store.get(name));
  if (found !== undefined) return found;
  throw notThere(store, asked);
}

/** The same, and where there is none the name that others know: an object may be missed before it is there. */
function findNamed(store: Store, asked: Asked): ObjectName {
  const names = namesOf(store, asked);
  const found = names.find((name) => store.get(name)) ?? names.find((name) => store.relations(name, { limit: 1 }));
  if (found !== undefined) return found;
  throw notThere(store, asked);
}

/** What is asked for may be cluster-wide, whatever namespace was given. */
function namesOf(store: Store, { cluster, kind: word, namespace, name }: Asked): readonly ObjectName[] {
  const [kind, ...others] = findKinds(store, [cluster], word);
  if (kind === undefined || others.length > 0)
    throw new ServerError(400, "HEDDLE_FLEET_SEVERAL_KINDS", `"${word}" means several kinds: ask for one of them`);
  const places = namespace === undefined ? [{}] : [{ namespace }, {}];
  return places.map((place) => ({ cluster, ...kind, ...place, name }));
}

function notThere(store: Store, asked: Asked): ServerError {
  const [{ kind = asked.kind } = {}] = namesOf(store, asked);
  const where = asked.namespace === undefined ? "" : ` in namespace ${asked.namespace}`;
  return new ServerError(
    404,
    "HEDDLE_CLUSTER_NOT_FOUND",
    `cluster ${asked.cluster} has no ${kind} "${asked.name}"${where}`,
  );
}

function rootOf(store: Store, name: ObjectName): End {
  const stored = store.get(name);
  return endOf(stored === undefined ? name : { ...stored.ref, attributes: attributesOf(stored.object()) });
}

type End = Readonly<{ id: string; missing: boolean; attributes: object }> & Omit<ObjectName, "cluster">;

const relationToWire = (relation: DescribedRelation): object => ({
  type: relation.type,
  because: relation.because,
  from: endOf(relation.from),
  to: "to" in relation ? endOf(relation.to) : endOf(missingName(relation.from.cluster, relation.missing)),
});

/** Without attributes it does not exist. */
function endOf({ attributes, ...name }: ObjectName & Partial<DescribedEnd>): End {
  const { cluster: _, ...rest } = name;
  return { id: resourceId(name), ...rest, missing: attributes === undefined, attributes: attributes ?? {} };
}

/** The name under which an end that is not there would be. */
export const missingName = (cluster: ClusterId, { group, kind, namespace, name }: NamedEnd): ObjectName => ({
  cluster,
  group,
  kind,
  ...(namespace !== undefined && { namespace }),
  name,
});

export const freshnessOf = (store: Pick<Store, "kinds">, name: ObjectName): Freshness | undefined =>
  store.kinds(name.cluster).find(({ resource }) => resource.group === name.group && resource.kind === name.kind)
    ?.freshness;

function checkTypes(types: readonly string[] | undefined): readonly RelationType[] | undefined {
  return types?.map((type) => {
    if (isRelationType(type)) return type;
    throw invalid(`"${type}" is no relation: expected ${relationTypes.join(", ")}`);
  });
}

const directions = ["out", "in", "both", "tree"] as const;

function checkDirection(direction: string | undefined): RelationsQuery["direction"] {
  const known = directions.find((one) => one === direction);
  if (direction === undefined || known !== undefined) return known;
  throw invalid(`"${direction}" is no direction: expected ${directions.join(", ")}`);
}

const invalid = (message: string): ServerError => new ServerError(400, "HEDDLE_SERVER_QUESTION_INVALID", message);
