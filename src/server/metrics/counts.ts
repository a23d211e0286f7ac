import { type Clock, systemClock } from "../../base/index.ts";
import { type ToldRequest } from "../../cluster/index.ts";
import { type Bus, type ChangeEventType } from "../../events/index.ts";
import { type ClusterId } from "../../model/index.ts";
import { createRate, type Rate } from "./rate.ts";

export type RequestCount = Readonly<{ cluster: ClusterId; verb: string; code: string; count: number }>;

/** What only those who do it can count: requests to API servers, events as they are published. */
export type Counts = Readonly<{
  /** For `createFleet`: each try of each request. */
  onRequest(told: ToldRequest & Readonly<{ cluster: ClusterId }>): void;
  /** The bus, counting what is published on it. */
  counting(bus: Bus): Bus;
  requests(): readonly RequestCount[];
  events(): ReadonlyMap<ChangeEventType, number>;
  /** Of these events, a second. */
  rate: Pick<Rate, "last">;
}>;

export function createCounts(clock: Pick<Clock, "nowMs"> = systemClock): Counts {
  const rate = createRate(clock);
  const requests = new Map<string, { cluster: ClusterId; verb: string; code: string; count: number }>();
  const events = new Map<ChangeEventType, number>();
  return {
    onRequest({ cluster, verb, code }) {
      const key = `${cluster}/${verb}/${code}`;
      const found = requests.get(key);
      if (found === undefined) requests.set(key, { cluster, verb, code, count: 1 });
      else found.count += 1;
    },
    counting: (bus) => ({
      ...bus,
      publish(records) {
        for (const { type } of records) events.set(type, (events.get(type) ?? 0) + 1);
        rate.add(records.length);
        bus.publish(records);
      },
    }),
    requests: () => [...requests.values()],
    events: () => events,
    rate,
  };
}
