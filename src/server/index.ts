/**
 * server: Heddle over HTTP on this machine: health, metrics, the Reader's questions, changes as they come, GraphQL.
 *
 * Promises   nothing but /healthz and /readyz is answered without the token of this start; nothing to pages of other
 *            origins; memory is bounded whatever clients do or do not read; what nobody waits for any more is stopped.
 * Ordering   answers of clusters as they come; changes by sequence.
 * Fails      to start with HEDDLE_SERVER_ADDRESS_REFUSED, HEDDLE_SERVER_PORT_TAKEN, HEDDLE_SERVER_RUNTIME_FOLDER; a
 *            request with `{"error": {code, message, retryable}}` and the status that belongs to it.
 * Is not     for several users or other machines: whoever has the token has the rights of the server's clusters.
 */
export { type Counts, createCounts } from "./metrics/counts.ts";
export type { ChangeSource, Listening, Server, ServerDeps, ServerOptions } from "./model.ts";
export { parseListen } from "./listen.ts";
export { createServer } from "./server.ts";
export { chooseRuntimeFolder } from "./token-file.ts";
