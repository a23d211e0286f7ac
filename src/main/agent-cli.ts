import { HeddleError, systemClock } from "../base/index.ts";
import { keepSmall } from "../agent/index.ts";
import { agentSpec, createProgram } from "../cli/index.ts";
import { agentPort } from "./agent.ts";
import { type Interrupt, listenForInterrupts } from "./interrupts.ts";
import { heddleVersion } from "./version.ts";

/**
 * `heddle agent …` and nothing else: what a node's image holds and keeps in memory. Answers with the exit code; an agent
 * that was told to stop and did ends with 0. A second signal ends the process at once.
 */
export async function main(argv: readonly string[]): Promise<number> {
  using _ = keepSmall(systemClock);
  const interrupt: Interrupt = listenForInterrupts(process, systemClock);
  const { env, stdout, stderr, stdin } = process;
  const ports = { env, stdout, stderr, stdin, clock: systemClock };
  const agent = agentPort(ports);
  let isStarted = false;
  const program = createProgram(
    {
      ...ports,
      agent: {
        ...agent,
        start: (...question) => {
          isStarted = true;
          return agent.start(...question);
        },
      },
      open: notHere,
      openServer: notHere,
      serve: notHere,
      browse: notHere,
      version: heddleVersion(),
    },
    [agentSpec],
  );
  try {
    const code = await program.run(argv, interrupt.signal);
    return isStarted ? code : interrupt.exitCode(code);
  } finally {
    interrupt[Symbol.dispose]();
  }
}

async function notHere(): Promise<never> {
  throw new HeddleError("this is the node agent only: it has no clusters to ask", { code: "HEDDLE_AGENT_ONLY" });
}
