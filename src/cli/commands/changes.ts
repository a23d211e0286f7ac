import { UsageError } from "../../base/index.ts";
import { createChangeRows } from "../changes/rows.ts";
import { type CommandCall } from "../command.ts";
import { type ServedCall, withServer } from "../fleet-call.ts";
import { type ChangeDelivery, type ChangeFilter } from "../server/model.ts";

/** `heddle changes`: what Heddle saw happen, as the server recorded it; `-f` goes on as it happens. */
export async function run(call: CommandCall): Promise<number> {
  const { flags, args } = call;
  const format = flags.text("output") ?? "table";
  if (!["table", "wide", "json"].includes(format))
    throw new UsageError(`-o ${format}: expected one of table, wide, json`);
  if (args.some((arg) => arg.includes("/")))
    throw new UsageError(`"${args.join(" ")}": heddle changes takes kinds, not single objects: heddle changes pods -f`);
  const tail = tailOf(flags.text("tail"));
  return withServer(call, async (fleet) => {
    const print = format === "json" ? jsonPrinter(fleet) : await tablePrinter(fleet, format === "wide");
    const { server } = fleet.session;
    const filter = filterOf(fleet);
    if (!fleet.session.cached)
      fleet.output.note(
        "warning: the server watches no cluster (`enable_cache` is false): this is what was recorded while one did, and nothing is added",
      );
    if (!flags.on("follow")) return showRecent(server.recentChanges(filter, fleet.signal), { tail, print });
    const told = flags.has("tail") ? await recentFirst(fleet, { filter, tail, print }) : undefined;
    for await (const delivery of server.changes({ ...filter, after: told }, fleet.signal)) await print(delivery);
    fleet.signal.throwIfAborted();
    return 1;
  });
}

type Print = (delivery: ChangeDelivery) => Promise<void>;

function tailOf(text = "100"): number {
  if (/^-?\d+$/.test(text)) return Number(text) < 0 ? Infinity : Number(text);
  throw new UsageError(`--tail ${text}: expected a number of changes, -1 for all`);
}

function filterOf({ flags, args, clusters }: ServedCall): ChangeFilter {
  const kinds = args.flatMap((arg) => arg.split(",")).filter((kind) => kind !== "");
  return {
    // All of them may be more than there are now.
    ...(flags.has("clusters") && { clusters: clusters.map(({ id }) => id) }),
    ...(kinds.length > 0 && { kinds }),
    namespace: flags.on("allNamespaces") ? undefined : flags.text("namespace"),
    labelSelector: flags.text("selector"),
  };
}

type Recent = Readonly<{ tail: number; print: Print }>;

async function showRecent(deliveries: AsyncIterable<ChangeDelivery>, { tail, print }: Recent): Promise<number> {
  for (const delivery of await lastOf(deliveries, tail)) await print(delivery);
  return 0;
}

/** Shows the last ones of the log; answers with the sequence from which to go on. */
async function recentFirst(
  { session, signal }: ServedCall,
  { filter, tail, print }: Recent & Readonly<{ filter: ChangeFilter }>,
): Promise<string | undefined> {
  const last = await lastOf(session.server.recentChanges(filter, signal), tail);
  for (const delivery of last) await print(delivery);
  const newest = last.at(-1);
  return newest?.type === "event" ? newest.sequence : undefined;
}

async function lastOf(deliveries: AsyncIterable<ChangeDelivery>, count: number): Promise<readonly ChangeDelivery[]> {
  const kept: ChangeDelivery[] = [];
  for await (const delivery of deliveries) {
    kept.push(delivery);
    // Now and then, so that a long log costs no copy for each change.
    if (kept.length > 2 * count + 100) kept.splice(0, kept.length - count);
  }
  return count === Infinity ? kept : kept.slice(Math.max(0, kept.length - count));
}

/** One CloudEvent a line: what `jq` and scripts read. */
const jsonPrinter =
  (fleet: ServedCall): Print =>
  async (delivery) =>
    delivery.type === "event"
      ? fleet.output.write(`${JSON.stringify(delivery.event)}\n`)
      : fleet.output.note(wordsOf(delivery));

/** The headers come at once: until something changes they show that it is being looked. */
async function tablePrinter({ output, flags, clusters }: ServedCall, wide: boolean): Promise<Print> {
  const rows = createChangeRows({ wide, colour: output.colour, clusters: clusters.map(({ id }) => id) });
  if (!flags.on("noHeaders")) await output.write(rows.header());
  return async (delivery) =>
    delivery.type === "event" ? output.write(rows.lines(delivery.event)) : output.note(wordsOf(delivery));
}

function wordsOf(delivery: Exclude<ChangeDelivery, { type: "event" }>): string {
  if (delivery.type === "lost") return `warning: ${delivery.reason}; trying again, nothing will be left out`;
  return `warning: changes ${delivery.from} to ${delivery.to} are lost: the server no longer holds them`;
}
