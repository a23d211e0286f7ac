import { type ChangeEvent } from "../../../src/events/index.ts";
import { type KubeObject } from "../../../src/model/index.ts";
import { type Served } from "../../served.ts";

/** By cluster: "pods team-1/web" → resourceVersion. */
export type Versions = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** What a subscriber knows who believes every event and nothing else. */
export type Listener = AsyncDisposable &
  Readonly<{
    events(): number;
    /** Places in the log that it was told to have missed. */
    missed(): number;
    /** The last state heard of each object; "" of one that is gone. */
    heard: Versions;
  }>;

/** Subscribes to everything that a server tells from now on. */
export async function listen(server: Pick<Served, "follow">): Promise<Listener> {
  const stop = new AbortController();
  const heard = new Map<string, Map<string, string>>();
  let [events, missed] = [0, 0];
  const stream = await server.follow("/api/changes", stop.signal);
  const reading = (async () => {
    for await (const { event, data } of stream) {
      if (event === "reset") missed += 1;
      if (event !== "change") continue;
      events += 1;
      note(JSON.parse(data) as ChangeEvent, heard);
    }
  })().catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  reading.catch(() => {});
  return {
    events: () => events,
    missed: () => missed,
    heard,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await reading;
    },
  };
}

function note({ type, cluster, subject, data }: ChangeEvent, heard: Map<string, Map<string, string>>): void {
  if (type === "kubernetes.cluster.synced") return;
  const known = heard.get(cluster) ?? new Map<string, string>();
  heard.set(cluster, known);
  const version = (data as KubeObject).metadata.resourceVersion ?? "";
  known.set(keyOf(subject), type === "kubernetes.resource.deleted" ? "" : version);
}

/** "core/pods/team-1/web" → "pods team-1/web", "apps/deployments/team-1/web" → "deployments.apps team-1/web". */
export function keyOf(subject: string): string {
  const [group = "", plural = "", ...rest] = subject.split("/");
  const name = rest.pop() ?? "";
  return `${group === "core" ? plural : `${plural}.${group}`} ${rest[0] ?? ""}/${name}`;
}
