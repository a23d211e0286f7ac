/** A process that follows the config maps of one cluster until SIGTERM: what a service does, and no more. */
import { readFileSync } from "node:fs";
import { createFollow } from "../follow.ts";
import { silentLogger, systemClock, systemRandom } from "../../../base/index.ts";
import { clientOf, configMaps } from "./real-follow.ts";

/** Standard input holds it as JSON. */
type Question = Readonly<{ server: string; ca: string; token: string }>;

const question = JSON.parse(readFileSync(0, "utf8")) as Question;
const stop = new AbortController();
process.once("SIGTERM", () => stop.abort(new Error("stopped by SIGTERM")));
await using api = clientOf(question, { credential: question.token });
const follow = createFollow({ api, clock: systemClock, random: systemRandom, log: silentLogger }, { pageSize: 20 });
for await (const { type } of follow(configMaps, { signal: stop.signal })) process.stdout.write(`${type}\n`);
process.stdout.write("ended\n");
