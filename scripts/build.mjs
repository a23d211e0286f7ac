// npm run build: dist/ with the command's bundle, the library's modules and their declarations.
import { installDependencies, root, runNode } from "./pinned-node.mjs";

installDependencies();
process.exitCode = await runNode([`${root}scripts/bundle.ts`, ...process.argv.slice(2)]);
