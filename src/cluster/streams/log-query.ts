import { type LogOptions } from "../../model/index.ts";
import { type QueryValue } from "../api-client.ts";

/** PodLogOptions as query parameters; what was not asked for is left out. */
export function logQuery(container: string | undefined, options: LogOptions): Readonly<Record<string, QueryValue>> {
  return {
    container,
    follow: options.follow || undefined,
    previous: options.previous || undefined,
    timestamps: options.timestamps || undefined,
    sinceSeconds: options.sinceSeconds,
    sinceTime: options.sinceTime,
    tailLines: options.tailLines,
    limitBytes: options.limitBytes,
  };
}
