import { type Clock } from "../../base/index.ts";
import { type Fleet } from "../../fleet/index.ts";
import { type ClusterId, type Reader, type Resource, type ResourceQuery } from "../../model/index.ts";
import { type Store } from "../model.ts";

/** `direct` answers what the store cannot: it asks the clusters themselves. */
export type StoreReaderDeps = Readonly<{
  store: Store;
  fleet: Pick<Fleet, "clusters" | "summaries" | "connect">;
  direct: Reader;
  clock: Clock;
}>;

/** A question to one cluster. */
export type Asked = Readonly<{ id: ClusterId; query: ResourceQuery }>;

/** One cluster's objects as one JSON list in UTF-8, in pieces. To be read once. */
export type TextList = Readonly<{ resource: Resource; json: AsyncIterable<Buffer> | readonly Buffer[] }>;
