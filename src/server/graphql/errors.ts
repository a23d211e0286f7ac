import { GraphQLError } from "graphql";
import { isHeddleError, toHeddleError } from "../../base/index.ts";
import { isEnding } from "../exchange.ts";
import { errorToWire } from "../../model/index.ts";

/** The error as clients see it: its message, and in `extensions` its code, whether it may pass, and its details. */
export function toGraphqlError(thrown: unknown): GraphQLError {
  if (thrown instanceof GraphQLError && thrown.originalError === undefined)
    return withCode(thrown, "HEDDLE_GRAPHQL_INVALID");
  const place = thrown instanceof GraphQLError ? thrown : undefined;
  const error = toHeddleError(place?.originalError ?? thrown);
  const { code, message, retryable, details } = errorToWire(error);
  return new GraphQLError(message, {
    nodes: place?.nodes,
    path: place?.path,
    originalError: error,
    extensions: { code, retryable, ...(details && { details }) },
  });
}

/** Whether a resolver failed at what it should have done: not for Heddle's own errors, nor because nobody waits any more. */
export const isInternal = (thrown: unknown): boolean => {
  const original = thrown instanceof GraphQLError ? thrown.originalError : thrown;
  return original !== undefined && !isHeddleError(original) && !isEnding(original);
};

/** The same error with a code, where it has none. */
export function withCode(error: GraphQLError, code: string): GraphQLError {
  if (typeof error.extensions["code"] === "string") return error;
  const { message, nodes, source, positions, path, originalError, extensions } = error;
  return new GraphQLError(message, {
    nodes,
    source,
    positions,
    path,
    originalError,
    extensions: { ...extensions, code },
  });
}
