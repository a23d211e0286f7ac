/** How thorough a run is: "full" by HEDDLE_TEST_SIZE=full (`npm run test:long`), else "small". */
export type TestSize = "small" | "full";

export const testSize: TestSize = process.env["HEDDLE_TEST_SIZE"] === "full" ? "full" : "small";

/** The value for this run's size: `sized({ small: 3, full: 300 })`. */
export const sized = <T>(values: Readonly<Record<TestSize, T>>): T => values[testSize];
