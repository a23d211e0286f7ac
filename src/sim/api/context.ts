import { type Clock, type Random } from "../../base/index.ts";
import { type Catalogue } from "../kinds/model.ts";
import { type ObjectStore } from "../store/model.ts";

/** What every verb works on. */
export type ApiContext = Readonly<{ store: ObjectStore; catalogue: Catalogue; clock: Clock; random: Random }>;
