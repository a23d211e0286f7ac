import { isAbort } from "../../base/index.ts";
import { type AgentParts } from "../parts.ts";
import { recover } from "../recovery/recover.ts";

/** Brings book, kernel and rules together while no verb runs, and remembers what was done. Answers whether all was. */
export async function reconcile(parts: AgentParts, signal: AbortSignal): Promise<boolean> {
  const { kernel, book, base, clock, log, node } = parts;
  const reconciled = parts.dispatcher.alone(async () => {
    const unraised = await base.raise(signal);
    const recovered = await recover({ kernel, book, node, log }, signal);
    const { table, elements, failed } = await base.reconcile(signal);
    const rules = [
      ...(table ? ["write the node's rules anew"] : []),
      ...(elements > 0 ? [`set ${elements} elements of the node's rules`] : []),
    ];
    for (const words of rules) log.info({}, words);
    return {
      done: [...recovered.done, ...rules],
      failed: [...unraised, ...recovered.failed, ...failed],
    };
  });
  const { done, failed } = await reconciled.catch((error: unknown) => {
    if (!isAbort(error, signal)) parts.counts.onReconciled("failed");
    throw error;
  });
  parts.counts.onReconciled(failed.length === 0 ? "ok" : "failed");
  if (done.length + failed.length > 0 || parts.recovery.at === undefined || parts.recovery.failed.length > 0)
    parts.recovery = { at: new Date(clock.nowMs()).toISOString(), done, failed };
  return failed.length === 0;
}
