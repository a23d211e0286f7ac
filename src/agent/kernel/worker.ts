/** The kernel's thread: the only one that enters network namespaces. Its whole life is questions and answers. */
import { parentPort, workerData } from "node:worker_threads";
import { systemClock } from "../../base/index.ts";
import { keepSmall, ownHeap } from "../memory.ts";
import { loadCalls } from "./calls.ts";
import type { Answer, Question } from "./messages.ts";
import { createLabour } from "./labour.ts";

type Surroundings = Readonly<{ home?: string }>;

const calls = loadCalls();
const labour = createLabour(calls, (workerData as Surroundings).home);

const { collect, heldBytes } = ownHeap;
keepSmall(systemClock, {
  heldBytes,
  collect:
    collect &&
    ((isThorough) => {
      collect(isThorough);
      // Of both threads: the other one began earlier, and has collected.
      calls.trim();
    }),
});

parentPort?.on("message", (question: Question) => {
  void labour.answer(question).then((answer: Answer) => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
    parentPort?.postMessage(answer);
  });
});
