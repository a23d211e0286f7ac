// npm start: installs what is missing, then keeps every cluster that it was given in one live graph, until Ctrl-C;
// where there is no cluster at all, those of a demo.
import { installDependencies, root, runNode } from "./pinned-node.mjs";

installDependencies();
process.exitCode = await runNode([`${root}bin/heddle`, "serve", "--or-demo", ...process.argv.slice(2)]);
