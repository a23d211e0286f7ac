import { isHeddleError } from "../../base/index.ts";
import { type ApiClient, type ApiSocket } from "../api-client.ts";

export type SocketRequest = Omit<Parameters<ApiClient["socket"]>[0], "protocols">;

/**
 * Opens a socket with the first of `offers` that the server does not refuse. A server that does not speak what is
 * offered refuses without a Status, and before anything was started; any other refusal is the last word.
 */
export async function openSocket(
  api: Pick<ApiClient, "socket">,
  request: SocketRequest,
  offers: readonly (readonly string[])[],
): Promise<ApiSocket> {
  const [protocols = [], ...rest] = offers;
  try {
    return await api.socket({ ...request, protocols });
  } catch (error) {
    if (rest.length === 0 || !mayMeanUnspoken(error)) throw error;
    return openSocket(api, request, rest);
  }
}

function mayMeanUnspoken(error: unknown): boolean {
  if (!isHeddleError(error)) return false;
  const { httpStatus, status } = error.details;
  return status === undefined && typeof httpStatus === "number" && httpStatus >= 400 && httpStatus < 500;
}
