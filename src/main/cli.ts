import { type Interrupt, listenForInterrupts } from "./interrupts.ts";
import { type AgentPort, commandSpecs, createProgram } from "../cli/index.ts";
import { systemClock } from "../base/index.ts";
import { heddleVersion } from "./version.ts";

type Surroundings = Readonly<{ env: NodeJS.ProcessEnv; stderr: NodeJS.WritableStream; clock: typeof systemClock }>;

/** Loaded when a command asks for it. */
function lateAgent(deps: Surroundings, onStart: () => void): AgentPort {
  const port = async (): Promise<AgentPort> => (await import("./agent.ts")).agentPort(deps);
  return {
    async start(...question) {
      onStart();
      return (await port()).start(...question);
    },
    status: async (...question) => (await port()).status(...question),
    attachments: async (...question) => (await port()).attachments(...question),
    uninstall: async (...question) => (await port()).uninstall(...question),
  };
}

/**
 * The `heddle` command: composes what it needs and answers with the exit code. SIGINT and SIGTERM end the command
 * cleanly; a second one ends the process at once. The exit code is then 128 + the signal's number, of a server 0.
 */
export async function main(argv: readonly string[]): Promise<number> {
  const deps = { env: process.env, stderr: process.stderr, clock: systemClock };
  // A server that was told to stop and did has done what it should: 0, as service managers and npm expect it.
  let stopIsWanted = false;
  const interrupt: Interrupt = listenForInterrupts(process, systemClock);
  const program = createProgram(
    {
      // Loaded when a command asks: help, version and completion start without a client.
      open: async (...question) => {
        const { openSession } = await import("./open-session.ts");
        return openSession(deps, ...question);
      },
      openServer: async (...question) => {
        const { openServerSession } = await import("./open-session.ts");
        return openServerSession(deps, ...question);
      },
      serve: async (...question) => {
        stopIsWanted = true;
        const { serve } = await import("./serve.ts");
        return serve(deps, ...question);
      },
      agent: lateAgent(deps, () => (stopIsWanted = true)),
      browse: async (url) => (await import("./browse.ts")).browse(url),
      version: heddleVersion(),
      stdout: process.stdout,
      stderr: process.stderr,
      stdin: process.stdin,
      env: process.env,
      clock: systemClock,
    },
    commandSpecs,
  );
  try {
    const code = await program.run(argv, interrupt.signal);
    return stopIsWanted ? code : interrupt.exitCode(code);
  } finally {
    interrupt[Symbol.dispose]();
  }
}
