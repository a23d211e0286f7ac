import { readFile } from "node:fs/promises";
import { dockerArchive } from "../../scripts/docker-archive.ts";
import { tarOf, type TarEntry } from "../../scripts/tar.ts";
import { run } from "./process.ts";

/** The image that every node has. */
export const busyboxImage = "heddle.test/busybox:1";
/** What holds a pod's namespaces open. */
export const pauseImage = "heddle.test/pause:1";

/** A docker-archive of both images, made from the machine's busybox. */
export async function imageArchive(busybox: string): Promise<Buffer> {
  return dockerArchive(await busyboxLayer(busybox), [
    { tag: busyboxImage, config: { Env: ["PATH=/bin"], WorkingDir: "/", Cmd: ["sh"] } },
    { tag: pauseImage, config: { Env: ["PATH=/bin"], WorkingDir: "/", Entrypoint: ["/bin/sleep", "infinity"] } },
  ]);
}

async function busyboxLayer(busybox: string): Promise<Buffer> {
  const applets = (await run([busybox, "--list"]))
    .split("\n")
    .filter((applet) => applet !== "" && applet !== "busybox");
  const folders = ["bin/", "etc/", "tmp/", "root/", "var/", "proc/", "sys/", "dev/"];
  const account = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n";
  return tarOf([
    ...folders.map((name): TarEntry => ({ name, content: "folder", mode: name === "tmp/" ? 0o1777 : 0o755 })),
    { name: "bin/busybox", content: await readFile(busybox), mode: 0o755 },
    ...applets.map((applet) => ({ name: `bin/${applet}`, content: { linkTo: "busybox" } })),
    { name: "etc/passwd", content: Buffer.from(account) },
    { name: "etc/group", content: Buffer.from("root:x:0:\nnobody:x:65534:\n") },
  ]);
}
