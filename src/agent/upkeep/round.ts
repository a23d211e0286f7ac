import { isAbort, messageOf } from "../../base/index.ts";
import { desiredOf, install, type InstallationParts, prepare } from "../installation.ts";
import { namePods } from "../recovery/name-pods.ts";
import { type AgentParts } from "../parts.ts";

export type UpkeepParts = InstallationParts & Pick<AgentParts, "book" | "clock">;

/** What of a round is not always done. */
export type RoundWanted = Readonly<{
  /** Kernel, book and rules are compared. */
  mends: boolean;
  /** The conflist may be written: from then on pods come. */
  installs: boolean;
}>;

export type RoundDone = Readonly<{
  /** Nothing failed. */
  isWell: boolean;
  /** It was to mend, and all could be. */
  isMended: boolean;
  isInstalled: boolean;
}>;

export type Round = Readonly<{
  /**
   * Makes what pods need, bridges and rules, then the ways to other nodes, then installs. What fails is logged and does
   * not hold the rest back, but that nothing is installed over a bridge that is not there. Never rejects.
   */
  run(wanted: RoundWanted): Promise<RoundDone>;
  /** Gives attachments the names that the API server has for their addresses. Never rejects. */
  name(): Promise<void>;
}>;

export function createRound(parts: UpkeepParts, reconcile: () => Promise<boolean>, signal: AbortSignal): Round {
  const { log, base } = parts;
  const attempt = async <T>(work: () => Promise<T>): Promise<Readonly<{ value: T }> | undefined> => {
    try {
      return { value: await work() };
    } catch (error) {
      if (!isAbort(error, signal))
        log.error({ error: messageOf(error) }, "the node is not as it should be, and will be tried again");
      return undefined;
    }
  };
  return {
    async run({ mends, installs }) {
      const desired = await attempt(() => desiredOf(parts));
      const prepared = await attempt(() => prepare(parts));
      const mended = mends ? await attempt(reconcile) : { value: false };
      const connected = await attempt(() => base.connect(signal));
      const wanted = installs && prepared !== undefined ? desired?.value : undefined;
      const installed = wanted && (await attempt(() => install(wanted)));
      for (const step of installed?.value ?? []) log.info({}, step);
      const isWell = [desired, prepared, mended, connected].every((one) => one !== undefined);
      return {
        isWell: isWell && (wanted === undefined || installed !== undefined),
        isMended: mended?.value === true,
        isInstalled: installed !== undefined,
      };
    },
    async name() {
      await attempt(async () => namePods(parts));
    },
  };
}
