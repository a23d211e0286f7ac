import { type Handler } from "../exchange.ts";
import { createMetrics, type Exposition } from "../metrics/registry.ts";
import { type ServerDeps } from "../model.ts";
import { sendText } from "../respond.ts";

/** `GET /metrics`, for Prometheus: docs/metrics.md. */
export function metrics(deps: ServerDeps): Handler {
  let read: Promise<() => Promise<Exposition>> | undefined;
  return async ({ response }) => {
    read ??= createMetrics(deps);
    const { type, text } = await (await read)();
    sendText(response, { type, text });
  };
}
