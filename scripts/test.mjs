// npm test: sets up and runs everything at small size; --full the same at full size. Further arguments name test files.
import { installDependencies, root, runNode } from "./pinned-node.mjs";

installDependencies();
const full = process.argv.includes("--full");
const rest = process.argv.slice(2).filter((argument) => argument !== "--full");
process.exitCode = await runNode([`${root}test/run/main.ts`, ...rest], full ? { HEDDLE_TEST_SIZE: "full" } : {});
