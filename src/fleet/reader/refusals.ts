import { type ErrorCode, HeddleError } from "../../base/index.ts";
import { type JsonObject, type Resource, resourceName } from "../../model/index.ts";

/** That a name does not exist, in the form in which an API server says it: HEDDLE_CLUSTER_NOT_FOUND. */
export function nameNotFound(resource: Resource, name: string): HeddleError {
  const details = { name, group: resource.group, kind: resource.plural };
  return refusal(`${resourceName(resource)} "${name}" not found`, {
    code: "HEDDLE_CLUSTER_NOT_FOUND",
    httpStatus: 404,
    reason: "NotFound",
    details,
  });
}

/** That a question makes no sense, in the form in which an API server says it: HEDDLE_CLUSTER_BAD_REQUEST. */
export const badRequest = (message: string): HeddleError =>
  refusal(message, { code: "HEDDLE_CLUSTER_BAD_REQUEST", httpStatus: 400, reason: "BadRequest" });

type Refused = Readonly<{ code: ErrorCode; httpStatus: number; reason: string; details?: JsonObject }>;

function refusal(message: string, { code, httpStatus, reason, details }: Refused): HeddleError {
  const status = { kind: "Status", status: "Failure", reason, code: httpStatus, message, ...(details && { details }) };
  return new HeddleError(message, { code, details: { status } });
}
