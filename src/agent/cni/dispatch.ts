import { type Clock, type Logger } from "../../base/index.ts";
import { attachmentText } from "../attachment.ts";
import { podInArgs } from "./cni-args.ts";
import { type CniCode, cniCodes, CniError, errorJson, toCniError } from "./errors.ts";
import { createForWant } from "./for-want.ts";
import { createConfigParser } from "./known-configs.ts";
import { type AddRequest, type CniVerb, type PodNetwork } from "./model.ts";
import { type CniCall, type CniRequest, parseRequest, versionOf } from "./request.ts";
import { joinResults, resultJson } from "./result.ts";
import { createTurns } from "./turns.ts";

/** What the plugin does: its exit status and its standard output. */
export type CniAnswer = Readonly<{ status: number; output: string }>;

/** One request that was answered, for who counts them. `code` is 0 for a success, which has no `error`. */
export type Answered = Readonly<{
  verb: CniVerb | "unknown";
  code: CniCode | 0;
  durationMs: number;
  error?: string | undefined;
}>;

export type DispatcherDeps = Readonly<{
  network: PodNetwork;
  logger: Logger;
  clock: Clock;
  onAnswered?: (answered: Answered) => void;
}>;

export type Dispatcher = Readonly<{
  /** Answers a call by the protocol, and writes one line of log; never rejects. */
  answer(call: CniCall, signal: AbortSignal): Promise<CniAnswer>;
  /** Attachments with a verb that runs or waits. */
  busy(): number;
  /** Runs work of the agent's own when no verb runs; verbs that come meanwhile wait. */
  alone<T>(work: () => Promise<T>): Promise<T>;
}>;

/**
 * The protocol's rules around the work on the node: what is called is understood or refused, verbs of one attachment wait
 * for each other, GC runs alone, and every failure is told in the version that was asked.
 */
export function createDispatcher({ network, logger, clock, onAnswered }: DispatcherDeps): Dispatcher {
  const turns = createTurns();
  const parse = createConfigParser();
  /** Before a runtime is told that an address is held, or all are, those are freed that are a pod's no longer. */
  const forWant = createForWant({ clock, reclaim: () => turns.alone(() => network.reclaim()) });
  const run = async (request: CniRequest, signal: AbortSignal): Promise<string> => {
    switch (request.verb) {
      case "ADD": {
        const { add, version } = request;
        const inTurn = () => turns.inTurn(attachmentText(add.key), () => addFor(network, { add, signal }));
        return resultJson(await forWant(inTurn), version);
      }
      case "DEL":
        // A runtime that went away still wants it gone.
        await turns.inTurn(attachmentText(request.del.key), () => network.del(request.del, signal));
        return "";
      case "CHECK":
        await turns.inTurn(attachmentText(request.check.key), () => network.check(request.check, signal));
        return "";
      case "GC":
        await turns.alone(() => network.gc(request.gc, signal));
        return "";
      case "STATUS":
        await forWant(() => network.status(request.config, signal));
        return "";
    }
  };
  return {
    busy: turns.size,
    alone: turns.alone,
    async answer(call, signal) {
      const startMs = clock.monotonicMs();
      const told = { request: undefined as CniRequest | undefined, error: undefined as CniError | undefined };
      let output = "";
      try {
        told.request = parseRequest(call, parse);
        output = await run(told.request, signal);
      } catch (error) {
        told.error = toCniError(error);
        output = errorJson(told.error, told.request?.version ?? versionOf(call.input));
      }
      const durationMs = Math.round((clock.monotonicMs() - startMs) * 100) / 100;
      logAnswered(logger, { ...told, call, durationMs });
      const { error } = told;
      onAnswered?.({
        verb: told.request?.verb ?? "unknown",
        code: error?.cniCode ?? 0,
        durationMs,
        ...(error && { error: error.text === "" ? error.message : `${error.message}: ${error.text}` }),
      });
      return { status: told.error === undefined ? 0 : 1, output: output === "" ? "" : `${output}\n` };
    },
  };
}

type Adding = Readonly<{ add: AddRequest; signal: AbortSignal }>;

async function addFor(network: PodNetwork, { add, signal }: Adding): Promise<ReturnType<typeof joinResults>> {
  if (signal.aborted)
    throw new CniError("the runtime did not wait for its turn", {
      cniCode: cniCodes.tryAgainLater,
      cause: signal.reason,
    });
  return joinResults(add.prevResult, await network.add(add, signal));
}

type Told = Readonly<{
  call: CniCall;
  request: CniRequest | undefined;
  error: CniError | undefined;
  durationMs: number;
}>;

/**
 * One line a request. The configuration is not in it: it is the same for all. That all is well a runtime asks every few
 * seconds, of which nobody wants to read.
 */
function logAnswered(logger: Logger, { call, request, error, durationMs }: Told): void {
  const attach = request?.verb === "ADD" ? request.add : request?.verb === "CHECK" ? request.check : undefined;
  const key = attach?.key ?? (request?.verb === "DEL" ? request.del.key : undefined);
  const pod = podInArgs(call.args ?? "");
  const fields = {
    verb: call.command,
    network: key?.network,
    container: call.containerId,
    interface: call.ifname,
    namespace: pod?.namespace,
    pod: pod?.name,
    durationMs,
  };
  if (error === undefined) logger[call.command === "STATUS" ? "debug" : "info"](fields, "answered the runtime");
  else
    logger.warn({ ...fields, code: error.cniCode, error: error.message, details: error.text }, "refused the runtime");
}
