// npm start: installs what is missing, then shows every cluster that it was given, live, until Ctrl-C.
import { installDependencies, root, runNode } from "./pinned-node.mjs";

installDependencies();
process.exitCode = await runNode([`${root}bin/heddle`, "clusters", "--watch", ...process.argv.slice(2)]);
