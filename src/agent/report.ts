import { type AgentStatus } from "../model/index.ts";
import { rangesOf } from "./attach/networks.ts";
import { observeFolders } from "./install/apply.ts";
import { planInstall } from "./install/plan.ts";
import { type AgentParts } from "./parts.ts";
import { countQueued } from "./socket/del-queue.ts";
import { type StatusPage, type StatusPages } from "./status/door.ts";
import { exposition } from "./status/exposition.ts";
import { attachmentStatus, observeStatus } from "./status/observe.ts";
import { desiredOf, poolsOf, versionOf } from "./installation.ts";

/** How the agent is. */
export async function statusOf(parts: AgentParts): Promise<AgentStatus> {
  const { node, options, kernel, book, counts } = parts;
  const desired = await desiredOf(parts);
  const found = await observeFolders(options.folders).catch(() => undefined);
  const installation = found && { found, missing: desired === undefined ? [] : planInstall(desired, found) };
  return observeStatus(
    { kernel, book },
    {
      version: options.version,
      node: options.nodeName,
      startedAtMs: parts.startedAtMs,
      databasePath: parts.databasePath,
      view: options.standalone ? undefined : node.view(),
      folders: options.folders,
      cniVersion: versionOf(parts),
      installation: desired === undefined ? undefined : installation,
      pools: [rangesOf([...poolsOf(parts), ...parts.base.pools()])],
      bridges: parts.base.bridges(),
      ways: parts.base.ways(),
      lastError: counts.lastError(),
      recovery: parts.recovery,
    },
  );
}

/** What the status door answers. */
export const pagesOf = (parts: AgentParts) =>
  ({
    "/live": async () => ({ ...plain, text: "it answers\n" }),
    "/ready": async () => readiness(await statusOf(parts)),
    "/status": async () => json(await statusOf(parts)),
    "/pods": async () => json(parts.book.attachments().map(attachmentStatus)),
    "/metrics": async () => ({
      type: "text/plain; version=0.0.4; charset=utf-8",
      text: exposition({
        status: await statusOf(parts),
        verbs: parts.counts.verbs(),
        reconciliations: parts.counts.reconciliations(),
        refusals: parts.counts.refusals(),
        busy: parts.dispatcher.busy(),
        queued: await countQueued(parts.queuePath),
        residentBytes: process.memoryUsage.rss(),
      }),
    }),
  }) satisfies StatusPages;

const plain = { type: "text/plain" } as const;

/** Whether this node's pods have their network: what is wrong with other nodes does not count. */
export const readiness = ({ problems }: Pick<AgentStatus, "problems">): StatusPage =>
  problems.length === 0
    ? { ...plain, text: "nothing is wrong with this node\n" }
    : { ...plain, status: 503, text: `${problems.join("\n")}\n` };

const json = (value: unknown): Readonly<{ type: string; text: string }> => ({
  type: "application/json",
  text: `${JSON.stringify(value)}\n`,
});
