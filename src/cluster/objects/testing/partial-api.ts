import { HeddleError } from "../../../base/index.ts";
import { type ApiClient } from "../../api-client.ts";

/** An ApiClient that has only what a test gives it; everything else fails when it is called. */
export function partialApi(given: Partial<ApiClient>): ApiClient {
  const missing = (): never => {
    throw new HeddleError("this test's API client cannot do that", { code: "HEDDLE_INTERNAL" });
  };
  return {
    server: "https://partial:6443",
    json: missing,
    text: missing,
    stream: missing,
    socket: missing,
    certificates: () => ({}),
    async [Symbol.asyncDispose]() {},
    ...given,
  };
}
