import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { kubeForTest, until } from "../../../test/kube/index.ts";
import { openPty, ptyMissing, type Pty } from "./testing/pty.ts";

const heddle = join(import.meta.dirname, "../../../bin/heddle");

describe("heddle exec -it on a real node", { skip: ptyMissing() ?? false }, () => {
  it("is a terminal in the container: keys, Ctrl-C, sizes, exit code; and gives one's own back", async (t) => {
    const kube = await kubeForTest(t, { nodes: 1 });
    if (kube === undefined) return;
    const image = [`--image=${kube.busyboxImage}`, "--image-pull-policy=Never"];
    await until("the pod to be created", () =>
      kube.kubectl(["run", "box", ...image, "--command", "--", "sleep", "1000000"]),
    );
    await kube.kubectl(["wait", "pod/box", "--for=condition=Ready", "--timeout=60s"]);
    const open = (): Pty =>
      openPty([process.execPath, heddle, "--kubeconfig", kube.kubeconfigPath, "exec", "-it", "box", "--", "sh"]);

    await using terminal = open();
    await terminal.shows("/ # ");
    assert.deepEqual(await terminal.modes(), { echo: false, lines: false });
    terminal.type("sleep 1000\n");
    await terminal.shows("sleep 1000\r\n");
    terminal.type("\u0003");
    await terminal.shows("^C");
    terminal.resize({ columns: 111, rows: 44 });
    terminal.type('until [ "$(stty size)" = "44 111" ]; do sleep 0.1; done; echo so-$((1+1))\n');
    await terminal.shows("so-2");
    terminal.type("exit 4\n");
    assert.deepEqual(await terminal.ended(), { exit: 4, modes: { echo: true, lines: true } });

    await using stopped = open();
    await stopped.shows("/ # ");
    stopped.signal("SIGTERM");
    assert.deepEqual(await stopped.ended(), { exit: 143, modes: { echo: true, lines: true } });
  });
});
