// npm start: installs what is missing, builds the console where it is missing or older than its sources, then keeps every
// cluster that it was given in one live graph, until Ctrl-C; where there is no cluster at all, those of a demo.
import { installDependencies, root, runNode } from "./pinned-node.mjs";
import { consoleIsCurrent } from "./console-age.mjs";

installDependencies();
if (!consoleIsCurrent()) {
  process.stderr.write("Building the console …\n");
  const code = await runNode([`${root}scripts/console.ts`]);
  if (code >= 128) process.exit(code);
  if (code !== 0) process.stderr.write("The console could not be built: everything but its pages works.\n");
}
process.exitCode = await runNode([`${root}bin/heddle`, "serve", "--or-demo", ...process.argv.slice(2)]);
