// npm start: installs what is missing, then keeps every cluster that it was given in one live graph, until Ctrl-C.
import { installDependencies, root, runNode } from "./pinned-node.mjs";

installDependencies();
process.exitCode = await runNode([`${root}bin/heddle`, "serve", ...process.argv.slice(2)]);
