import { type Logger, messageOf } from "../base/index.ts";
import { type FleetEvent, type FleetListener } from "./model.ts";

/** Who wants to hear of clusters that come and go; each is called at once, and none can keep the others from it. */
export type FleetListeners = Readonly<{
  tell(event: FleetEvent): void;
  subscribe(listener: FleetListener): () => void;
}>;

export function createFleetListeners(log: Logger): FleetListeners {
  // Wrapped, so that one function may listen twice and leave once.
  const listeners = new Set<Readonly<{ call: FleetListener }>>();
  return {
    tell(event) {
      for (const { call } of listeners) {
        try {
          call(event);
        } catch (error) {
          log.error({ ...event, error: messageOf(error) }, "a listener of the fleet failed");
        }
      }
    },
    subscribe(call) {
      const listener = { call };
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
