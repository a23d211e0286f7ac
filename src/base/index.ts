/**
 * base: what every area needs and no area owns: errors, time, pauses, randomness, back-off, a queue,
 * cancellation, logging, what SQLite does not say of its files.
 *
 * Promises   no I/O at import, no state shared between callers, no word of Kubernetes.
 * Ordering   `Queue` hands items over in the order of their pushes; `ManualClock` wakes in order of deadlines.
 * Fails      with `HeddleError` (code, retryable, cause) or `UsageError` for a person's bad input.
 * Is not     a drawer: one idea a file, each with its test; the architecture test counts them.
 */
export { abortable, anySignal, isAbort } from "./abort.ts";
export { type BackOff, type BackOffOptions, createBackOff } from "./back-off.ts";
export { type Breather, createBreather, createSharedBreather } from "./breather.ts";
export { type Clock, createManualClock, type ManualClock, systemClock } from "./clock.ts";
export {
  type ErrorCode,
  HeddleError,
  type HeddleErrorOptions,
  isHeddleError,
  messageOf,
  systemCodeOf,
  toHeddleError,
  UsageError,
} from "./errors.ts";
export { createLogger, type Logger, type LogOptions, silentLogger } from "./log.ts";
export { createQueue, type Queue } from "./queue.ts";
export { between, createSeededRandom, type Random, systemRandom } from "./random.ts";
export { contradictsSchema, headerFaultOf, isNoVersion, sqliteCodeOf } from "./sqlite-file.ts";
export { nearestWord } from "./suggest.ts";
