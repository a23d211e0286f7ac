import { type CheckedConfig, parseAsked, parseConfig } from "./config.ts";
import { type NetworkConfig } from "./model.ts";

/** Networks that one node has, and some that it had. */
const knownLimit = 16;

/**
 * `parseConfig` that remembers: a runtime sends the same configuration with each request, and only what it asks for the
 * attachment differs. To check it whole takes longer than all else that is done for STATUS.
 */
export function createConfigParser(): typeof parseConfig {
  /** By its text; the oldest first. */
  const known = new Map<string, NetworkConfig>();
  return (json) => {
    const { runtimeConfig, args, prevResult: _, ...shared } = json;
    const text = JSON.stringify(shared);
    const config = known.get(text);
    if (config !== undefined) {
      const asked = parseAsked({ runtimeConfig, args });
      if (asked !== undefined) return { config, ...asked };
    }
    // What is wrong with it is told together.
    const checked: CheckedConfig = parseConfig(json);
    known.set(text, checked.config);
    const [oldest] = known.keys();
    if (known.size > knownLimit && oldest !== undefined) known.delete(oldest);
    return checked;
  };
}
