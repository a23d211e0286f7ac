import { type JsonObject, objectAt, stringAt } from "../../model/index.ts";
import { type ApiClient } from "../api-client.ts";
import { type AccessAnswer, type AccessQuestion } from "../model.ts";

const reviews = "/apis/authorization.k8s.io/v1";

/**
 * SelfSubjectAccessReview: may we do this? `reason` is the authorizer's, or its error where it could not decide;
 * empty where it says nothing, as RBAC does when it denies.
 */
export async function reviewAccess(
  api: ApiClient,
  question: AccessQuestion,
  signal: AbortSignal | undefined,
): Promise<AccessAnswer> {
  const status = await review(api, { kind: "SelfSubjectAccessReview", spec: { resourceAttributes: question } }, signal);
  return {
    allowed: status["allowed"] === true,
    reason: stringAt(status, "reason") || stringAt(status, "evaluationError") || "",
  };
}

/** SelfSubjectRulesReview: its status with `resourceRules`, `nonResourceRules`, `incomplete` and `evaluationError`. */
export const reviewRules = (api: ApiClient, namespace: string, signal: AbortSignal | undefined): Promise<JsonObject> =>
  review(api, { kind: "SelfSubjectRulesReview", spec: { namespace } }, signal);

async function review(
  api: ApiClient,
  { kind, spec }: Readonly<{ kind: string; spec: JsonObject }>,
  signal: AbortSignal | undefined,
): Promise<JsonObject> {
  const answer = await api.json({
    method: "POST",
    path: `${reviews}/${kind.toLowerCase()}s`,
    body: { apiVersion: "authorization.k8s.io/v1", kind, spec },
    signal,
  });
  return objectAt(answer, "status");
}
