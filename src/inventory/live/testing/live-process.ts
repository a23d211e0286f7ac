/** A process that feeds a catalog on disk and tells each event as a line, until it is killed: what a server does. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { silentLogger, systemClock, systemRandom } from "../../../base/index.ts";
import { createTexts, openCatalog } from "../../../catalog/index.ts";
import { createBus, createChangeStream } from "../../../events/index.ts";
import { createFleet } from "../../../fleet/index.ts";
import { createStore } from "../../store.ts";
import { createLive } from "../live.ts";
import { type LiveQuestion, plannedFor } from "./real-live.ts";

const question = JSON.parse(readFileSync(0, "utf8")) as LiveQuestion;
const deps = { clock: systemClock, random: systemRandom, log: silentLogger };
const catalog = await openCatalog(deps, { folder: question.folder });
const bus = createBus({ startsAfter: catalog.log.bounds().last });
const fleet = createFleet(deps, { clusters: [plannedFor("real", question, question.token)] });
const texts = createTexts(deps, { folder: join(question.folder, "texts") });
const live = createLive({ ...deps, fleet, store: createStore(deps), catalog, texts, bus }, { keepEveryMs: 50 });
live.start();
const { signal } = new AbortController();
for await (const delivery of createChangeStream({ bus, log: catalog.log }).follow({ after: question.after, signal })) {
  if (delivery.type === "missed") throw new Error("something was missed");
  for (const { sequence, id, text } of delivery.records)
    process.stdout.write(`${JSON.stringify({ sequence, id, text })}\n`);
}
