import { type Logger, messageOf } from "../../base/index.ts";
import { isThere } from "../attach/namespace-file.ts";
import { detachPlan } from "../attach/remove.ts";
import { podLinkOf } from "../attach/describe.ts";
import { type AddressBook } from "../addresses/model.ts";
import { type Kernel, type Observation } from "../kernel/model.ts";
import { planAttach } from "../links/pod-plan.ts";
import { type NodeWatch } from "../node/model.ts";
import { podSets } from "../rules/elements.ts";
import { tableName } from "../rules/model.ts";
import { type Found, type RecoveryStep } from "./model.ts";
import { explainRecovery, planRecovery } from "./plan.ts";

export type RecoveryDeps = Readonly<{ kernel: Kernel; book: AddressBook; node: Pick<NodeWatch, "view">; log: Logger }>;

/** How a recovery came out: what was done, and what could not be. */
export type Recovered = Readonly<{ done: readonly string[]; failed: readonly string[] }>;

/**
 * Compares the book, the kernel and the pods, and mends. Goes on past what cannot be mended: that is told, and tried
 * again by the next call. Runs beside no verb: before the socket listens, or when no verb is under way.
 */
export async function recover(deps: RecoveryDeps, signal: AbortSignal): Promise<Recovered> {
  const [done, failed]: [string[], string[]] = [[], []];
  tend(deps, { done, failed });
  const tryOut = async (step: RecoveryStep): Promise<void> => {
    const words = explainRecovery(step);
    try {
      await carryOut(step, deps);
      deps.log.info({ step: step.do }, words);
      done.push(words);
    } catch (error) {
      deps.log.error({ step: step.do, error: messageOf(error) }, `cannot ${words}`);
      failed.push(`${words}: ${messageOf(error)}`);
    }
  };
  for (const steps of togetherOf(planRecovery(await observe(deps, signal)))) {
    signal.throwIfAborted();
    await Promise.all(steps.map(tryOut));
  }
  return { done, failed };
}

/** What is mended is one pod's each: a thousand are not waited for one by one. All else is done in its order. */
function togetherOf(steps: readonly RecoveryStep[]): readonly (readonly RecoveryStep[])[] {
  const isMend = (step: RecoveryStep): boolean => step.do === "mend";
  return [steps.filter(isMend), ...steps.filter((step) => !isMend(step)).map((step) => [step])];
}

/** A database that was deleted under the agent comes back before anything else is concluded. */
function tend({ book, log }: RecoveryDeps, { done, failed }: Readonly<{ done: string[]; failed: string[] }>): void {
  const words = "write the database anew: its file was gone";
  try {
    if (book.tend()) done.push(words);
  } catch (error) {
    log.error({ error: messageOf(error) }, `cannot ${words}`);
    failed.push(`${words}: ${messageOf(error)}`);
  }
}

async function observe({ kernel, book, node }: RecoveryDeps, signal: AbortSignal): Promise<Found> {
  const attachments = book.attachments();
  const paths = attachments.flatMap(({ link }) => (link.netns === undefined ? [] : [link.netns]));
  const [state, there] = await Promise.all([kernel.observe(whatToRecover, signal), Promise.all(paths.map(isThere))]);
  const namespaces = new Set(paths.filter((_, index) => there[index]));
  return { attachments, kernel: state, namespaces, pods: node.view().pods };
}

const whatToRecover: Observation = {
  links: "all",
  addresses: true,
  neighbours: "all",
  forwarding: true,
  table: { name: tableName, sets: podSets },
};

async function carryOut(step: RecoveryStep, { kernel, book }: RecoveryDeps): Promise<void> {
  switch (step.do) {
    case "release": {
      // The namespace took the links with it; the node's neighbour entries and ports stay until they are taken away.
      const attachment = book.find(step.key);
      if (attachment !== undefined) await kernel.run(detachPlan(attachment));
      book.release(step.key);
      return;
    }
    case "detach":
      await kernel.run(detachPlan(step.attachment));
      book.release(step.attachment.key);
      return;
    case "reattach": {
      const link = podLinkOf(step.attachment);
      if (link === undefined) return;
      await kernel.run(planAttach(link));
      return;
    }
    case "adopt":
      book.adopt(step.attachment);
      return;
    case "mend":
      await kernel.run(step.batch);
      return;
    case "sweep":
      await kernel.run({ operations: step.leftOver.map(({ operation }) => operation) });
      return;
    case "remove":
      await kernel.run({ operations: [{ op: "link.delete", in: "node", name: step.link }] });
  }
}
