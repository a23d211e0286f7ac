import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { heddleCommand as heddle } from "../../../test/command.ts";
import { sharedNode, testNamespace, until } from "../../../test/kube/index.ts";
import { cooked, openPty, type Pty, ptyMissing, raw } from "./testing/pty.ts";

describe("heddle exec -it on a real node", { skip: ptyMissing() ?? false }, () => {
  it("is a terminal in the container: keys, Ctrl-C, sizes, exit code; and gives one's own back", async (t) => {
    const kube = await sharedNode(t);
    if (kube === undefined) return;
    const namespace = await testNamespace(t, kube);
    const image = [`--image=${kube.busyboxImage}`, "--image-pull-policy=Never"];
    await until("the pod to be created", () =>
      kube.kubectl(["run", "box", "-n", namespace, ...image, "--command", "--", "sleep", "1000000"]),
    );
    await kube.kubectl(["wait", "-n", namespace, "pod/box", "--for=condition=Ready", "--timeout=180s"]);
    const way = ["--kubeconfig", kube.kubeconfigPath, "-n", namespace];
    const open = (...command: readonly string[]): Pty =>
      openPty([process.execPath, heddle, ...way, "exec", "-it", "box", "--", ...command]);

    await using terminal = open("sh", "-c", script);
    await terminal.shows("ready");
    assert.deepEqual(await terminal.modes(), raw);
    terminal.type("a line\n");
    // As the container's terminal shows it: nothing is put between carriage return and line feed.
    await terminal.shows("a line\r\ngot a line\r\n");
    terminal.resize({ columns: 111, rows: 44 });
    await terminal.shows("sized");
    terminal.type("\u0003");
    await terminal.shows("interrupted");
    assert.deepEqual(await terminal.ended(), { exit: 4, modes: cooked });

    await using stopped = open("sh", "-c", "echo ready; sleep 1000");
    await stopped.shows("ready");
    stopped.signal("SIGTERM");
    assert.deepEqual(await stopped.ended(), { exit: 143, modes: cooked });
  });
});

/** Runs in the container. */
const script = `
  trap "echo interrupted" INT
  echo ready
  read -r line
  echo "got $line"
  until [ "$(stty size)" = "44 111" ]; do sleep 0.1; done
  echo sized
  sleep 1000
  exit 4
`;
