// npm run bench: every benchmark, or those named: `npm run bench -- gets follow`. What ships is what is measured, so it is
// built first.
import { spawnSync } from "node:child_process";
import { installDependencies, pinnedNode, root, runNode } from "./pinned-node.mjs";

installDependencies();
process.stderr.write("Building what is measured …\n");
const { status } = spawnSync(pinnedNode, [`${root}scripts/bundle.ts`, "--no-declarations"], {
  cwd: root,
  stdio: ["ignore", "ignore", "inherit"],
});
if (status !== 0) process.exit(1);
process.exitCode = await runNode([`${root}bench/main.ts`, ...process.argv.slice(2)]);
