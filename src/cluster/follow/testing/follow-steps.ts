import assert from "node:assert/strict";
import { until } from "../../../../test/kube/until.ts";
import { type ApiRequest } from "../../api-client.ts";
import { type FollowEvent } from "../../model.ts";
import { createFakeApi, type FakeApi, type FakeApiOptions, type Fault } from "./fake-api.ts";
import { type Hearing } from "./hear.ts";

/** Polls often: what the fake API does is done in a moment. */
export const soon = <T>(what: string, condition: () => T): Promise<NonNullable<T>> =>
  until(what, condition, { everyMs: 2 });

/** Resolves when the mirror holds what the API holds. */
export const same = ({ mirror }: Hearing, api: FakeApi): Promise<unknown> =>
  soon("the follower to be live", () => {
    assert.deepEqual(mirror.objects(), api.objects());
    return mirror.lastStatus()?.status === "live" && api.watching() > 0;
  });

/** The first faults, one a request, then none. */
export function faults(...list: readonly (Fault | undefined)[]): (request: ApiRequest) => Fault | undefined {
  const left = [...list];
  return () => left.shift();
}

/** A fake API that holds these objects. */
export function apiWith(names: readonly string[], options: FakeApiOptions = {}): FakeApi {
  const api = createFakeApi(options);
  for (const name of names) api.put(name);
  return api;
}

/** A follower's event in a word or two. */
export const wordOf = (event: FollowEvent): string => {
  if (event.type === "synced") return `synced ${event.via}`;
  if (event.type !== "changes") return event.type === "status" ? event.status : event.type;
  return event.changes
    .map(
      (change) =>
        `${change.type} ${change.object.metadata.name}${change.type === "deleted" ? ` ${change.finalState}` : ""}`,
    )
    .join(", ");
};
