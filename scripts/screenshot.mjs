// npm run screenshot: docs/console.png and docs/console-dark.png, of the console on a simulated fleet.
import { installDependencies, root, runNode } from "./pinned-node.mjs";

installDependencies();
process.exitCode = await runNode([`${root}scripts/screenshot.ts`, ...process.argv.slice(2)]);
