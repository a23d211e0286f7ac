/** The kernel's thread: the only one that enters network namespaces. Its whole life is questions and answers. */
import { parentPort, workerData } from "node:worker_threads";
import { loadCalls } from "./calls.ts";
import type { Answer, Question } from "./messages.ts";
import { createLabour } from "./labour.ts";

type Surroundings = Readonly<{ home?: string }>;

const labour = createLabour(loadCalls(), (workerData as Surroundings).home);

parentPort?.on("message", (question: Question) => {
  void labour.answer(question).then((answer: Answer) => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
    parentPort?.postMessage(answer);
  });
});
