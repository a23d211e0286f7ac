// npm run bench: every benchmark, or those named: `npm run bench -- gets follow`.
import { installDependencies, root, runNode } from "./pinned-node.mjs";

installDependencies();
process.exitCode = await runNode([`${root}bench/main.ts`, ...process.argv.slice(2)]);
