import { type ServerDeps } from "../model.ts";
import { type Budget } from "./budget.ts";

/** What resolvers work with; one a request. */
export type GraphqlContext = Readonly<{
  deps: ServerDeps;
  budget: Budget;
  /** Aborts when the client is gone or the server stops. */
  signal: AbortSignal;
  /** For the log: who asks. */
  who: string;
}>;
