import { createInThreadTaker } from "./in-thread.ts";
import { describeTaker } from "./testing/taker-contract.ts";

describeTaker("in this thread", async () => createInThreadTaker({ relations: true }));
