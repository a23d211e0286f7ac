import { join } from "node:path";
import { describeReader } from "../../model/testing/reader-contract.ts";
import { openFleet } from "../testing/real-fleet.ts";

describeReader({
  name: "a reader of clusters",
  freshness: "direct",
  open: (folder, contexts) => openFleet(join(folder, "config"), contexts),
});
