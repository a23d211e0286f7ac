import { type Clock, type Random } from "../../base/index.ts";
import { type Catalogue } from "../kinds/model.ts";
import { type ObjectStore } from "../store/model.ts";

/** What an API server needs of a clock. */
export type ApiClock = Pick<Clock, "nowMs" | "after">;

/** What every verb works on. */
export type ApiContext = Readonly<{ store: ObjectStore; catalogue: Catalogue; clock: ApiClock; random: Random }>;
