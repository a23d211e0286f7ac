import { type JsonObject, type JsonValue, objectAt, stringAt } from "../../model/index.ts";
import { checkBody } from "./checks.ts";
import { type RequestTarget } from "./request-target.ts";
import { badRequest, invalid } from "./status-failure.ts";

type Review = (spec: JsonObject) => JsonObject;

const every = ["*"];

/** What is asked by creating it, and is not kept: the answer is the same object with its status. */
const reviews: ReadonlyMap<string, Review> = new Map<string, Review>([
  [
    "selfsubjectaccessreviews.authorization.k8s.io",
    (spec) => {
      if ((spec["resourceAttributes"] === undefined) === (spec["nonResourceAttributes"] === undefined))
        throw invalid({ kind: "SelfSubjectAccessReview", group: "authorization.k8s.io", name: "" }, [
          {
            reason: "FieldValueInvalid",
            message:
              "Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified",
            field: "spec.resourceAttributes",
          },
        ]);
      return { allowed: true };
    },
  ],
  [
    "selfsubjectrulesreviews.authorization.k8s.io",
    (spec) => {
      if (!stringAt(spec, "namespace")) throw badRequest("no namespace on request");
      return {
        resourceRules: [{ verbs: every, apiGroups: every, resources: every }],
        nonResourceRules: [{ verbs: every, nonResourceURLs: every }],
        incomplete: false,
      };
    },
  ],
]);

/** What the one token may do, which is everything; undefined: the target is no review. */
export function answerReview(target: RequestTarget, body: JsonValue): JsonObject | undefined {
  const review = reviews.get(target.resource.collection);
  if (review === undefined) return undefined;
  const { metadata: _, ...asked } = checkBody(body, target) as JsonObject;
  return { ...asked, metadata: { creationTimestamp: null }, status: review(objectAt(asked["spec"])) };
}
