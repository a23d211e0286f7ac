// npm run kube: real Kubernetes clusters for tests and people; see test/kube/README.md.
import { installDependencies, root, runNode } from "./pinned-node.mjs";

installDependencies();
process.exitCode = await runNode([`${root}test/kube/main.ts`, ...process.argv.slice(2)]);
