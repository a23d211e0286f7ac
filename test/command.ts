import { join } from "node:path";

/** Where a run of tests tells its files which launcher to run. */
export const commandVariable = "HEDDLE_TEST_COMMAND";

/**
 * The launcher that tests start commands by: that of the run's bundle where there is one, which starts in half the time
 * and is what ships; else bin/heddle, which runs the source.
 */
export const heddleCommand: string = process.env[commandVariable] ?? join(import.meta.dirname, "../bin/heddle");
