import { apiVersionOf, type JsonObject, type JsonValue, type KubeObject } from "../../model/index.ts";
import { checkVerb } from "./checks.ts";
import { type ApiContext } from "./context.ts";
import { type DeleteRequest, deleteObject, parseDelete } from "./delete.ts";
import { existing } from "./checks.ts";
import { listObjects, listText } from "./list.ts";
import { type Form, formOf, includeOf } from "./media.ts";
import { applyPatch, patchObject, patchTypeOf } from "./patch-object.ts";
import { type RequestTarget } from "./request-target.ts";
import { answerReview } from "./reviews.ts";
import { readScale, writeScale } from "./scale.ts";
import { badRequest, methodNotAllowed, notAcceptable, unsupportedMediaType } from "./status-failure.ts";
import { partialOf, tableOf } from "./table.ts";
import { openWatch, type Watch } from "./watch.ts";
import { checkSubresource, createObject, replaceObject } from "./write.ts";

export type ApiQuestion = Readonly<{
  method: string;
  query: URLSearchParams;
  accept: string | undefined;
  contentType: string;
  /** Undefined: none was sent. */
  body: string | undefined;
}>;

export type ApiAnswer =
  | Readonly<{ code: number; text: string }>
  | Readonly<{ code: 200; watch: Watch; resource: RequestTarget["resource"] }>;

/** Answers one request on a resource, or throws the Status that an API server would answer. */
export function answerResource(context: ApiContext, target: RequestTarget, question: ApiQuestion): ApiAnswer {
  checkSubresource(target);
  const form = formOf(question.accept);
  if (form === undefined) throw notAcceptable(["application/json"]);
  switch (question.method) {
    case "GET":
      return target.name === undefined
        ? collection(context, target, { ...question, form })
        : one(context, target, { ...question, form });
    case "POST":
      return create(context, target, question);
    case "PUT":
    case "PATCH":
      return change(context, target, question);
    case "DELETE":
      return remove(context, target, question);
    default:
      throw methodNotAllowed();
  }
}

type Formed = ApiQuestion & Readonly<{ form: Form }>;

const json = (value: unknown, code = 200): ApiAnswer => ({ code, text: JSON.stringify(value) });

function collection(context: ApiContext, target: RequestTarget, { query, form }: Formed): ApiAnswer {
  const { resource } = target;
  const watching = query.get("watch");
  if (watching === "1" || watching === "true") {
    checkVerb(target, "watch");
    return { code: 200, watch: openWatch(context, target, query), resource };
  }
  checkVerb(target, "list");
  const page = listObjects(context, target, query);
  if (form !== "table" && form !== "partial") return { code: 200, text: listText(page, target) };
  const { metadata } = JSON.parse(listText({ ...page, found: [] }, target)) as { metadata: JsonObject };
  const objects = page.found.map((stored) => stored.object());
  if (form === "partial")
    return json({
      kind: "PartialObjectMetadataList",
      apiVersion: "meta.k8s.io/v1",
      metadata,
      items: objects.map(partialOf),
    });
  return json({ kind: "Table", apiVersion: "meta.k8s.io/v1", metadata, ...table(context, objects, { target, query }) });
}

const table = (
  { clock }: ApiContext,
  objects: readonly KubeObject[],
  { target, query }: Readonly<{ target: RequestTarget; query: URLSearchParams }>,
): JsonObject => tableOf(objects, { resource: target.resource, include: includeOf(query), nowMs: clock.nowMs() });

function one(context: ApiContext, target: RequestTarget, { query, form }: Formed): ApiAnswer {
  checkVerb(target, "get");
  if (target.subresource === "scale") return json(readScale(context, target));
  const object = existing(context, target);
  if (form === "partial") return json(partialOf(object));
  if (form !== "table") return json(object);
  const metadata = { resourceVersion: object.metadata.resourceVersion };
  return json({
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata,
    ...table(context, [object], { target, query }),
  });
}

function create(context: ApiContext, target: RequestTarget, question: ApiQuestion): ApiAnswer {
  if (target.name !== undefined) throw methodNotAllowed();
  checkVerb(target, "create");
  const body = bodyOf(question);
  return json(answerReview(target, body) ?? createObject(context, target, { body, dryRun: isDry(question) }), 201);
}

function change(context: ApiContext, target: RequestTarget, question: ApiQuestion): ApiAnswer {
  if (target.name === undefined) throw methodNotAllowed();
  const isPatch = question.method === "PATCH";
  checkVerb(target, isPatch ? "patch" : "update");
  const { contentType } = question;
  if (isPatch) patchTypeOf(target.resource, contentType);
  const body = isPatch ? parse(question.body) : bodyOf(question);
  const dryRun = isDry(question);
  if (target.subresource === "scale") {
    const patched = (): JsonValue => applyPatch(readScale(context, target), target.resource, { body, contentType });
    return json(writeScale(context, target, { body: isPatch ? patched() : body, dryRun }));
  }
  return json(
    isPatch
      ? patchObject(context, target, { body, contentType, dryRun })
      : replaceObject(context, target, { body, dryRun }),
  );
}

function remove(context: ApiContext, target: RequestTarget, question: ApiQuestion): ApiAnswer {
  if (target.subresource !== undefined) throw methodNotAllowed();
  const { body, query } = question;
  const request = parseDelete(body === undefined || body === "" ? undefined : parse(body), query);
  if (target.name === undefined) return removeAll(context, target, { question, request });
  checkVerb(target, "delete");
  return json(deleteObject(context, target, request));
}

function removeAll(
  context: ApiContext,
  target: RequestTarget,
  { question, request }: Readonly<{ question: ApiQuestion; request: DeleteRequest }>,
): ApiAnswer {
  checkVerb(target, "deletecollection");
  const page = listObjects(context, target, question.query);
  for (const { namespace, name } of page.found)
    deleteObject(context, { ...target, name, ...(target.resource.namespaced ? { namespace } : {}) }, request);
  const { listKind } = target.resource;
  const metadata = { resourceVersion: String(context.store.revision()) };
  return json({
    kind: listKind,
    apiVersion: apiVersionOf(target.resource),
    metadata,
    items: page.found.map((stored) => stored.object()),
  });
}

const isDry = ({ query }: ApiQuestion): boolean => query.get("dryRun") === "All";

function bodyOf({ body, contentType }: ApiQuestion): JsonValue {
  if (contentType !== "application/json") throw unsupportedMediaType(["application/json"]);
  return parse(body);
}

function parse(body: string | undefined): JsonValue {
  try {
    return JSON.parse(body ?? "") as JsonValue;
  } catch {
    throw badRequest("the body of the request is not JSON");
  }
}
