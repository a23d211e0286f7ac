import { relative } from "node:path";
import { type TestEvent } from "node:test/reporters";

type Finished = Extract<TestEvent, { type: "test:pass" | "test:fail" }>["data"];

/** The test file that a finished test belongs to, though a helper may have declared it. */
export const fileOf = ({ entryFile, file = "" }: Finished): string => relative(process.cwd(), entryFile ?? file);
