import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { run } from "./process.ts";
import { tarOf, type TarEntry } from "./tar.ts";

/** The image that every node has. */
export const busyboxImage = "heddle.test/busybox:1";
/** What holds a pod's namespaces open. */
export const pauseImage = "heddle.test/pause:1";

/** A docker-archive (manifest, configurations, one shared layer) of both images, made from the machine's busybox. */
export async function imageArchive(busybox: string): Promise<Buffer> {
  const layer = await busyboxLayer(busybox);
  const layerFile = "layer.tar";
  const images = [
    { tag: busyboxImage, config: { Cmd: ["sh"] } },
    { tag: pauseImage, config: { Entrypoint: ["/bin/sleep", "infinity"] } },
  ].map(({ tag, config }) => {
    const text = Buffer.from(JSON.stringify(configOf(layer, config)));
    return { tag, text, file: `${sha256(text)}.json` };
  });
  const manifest = images.map(({ tag, file }) => ({ Config: file, RepoTags: [tag], Layers: [layerFile] }));
  return tarOf([
    { name: "manifest.json", content: Buffer.from(JSON.stringify(manifest)) },
    ...images.map(({ file, text }) => ({ name: file, content: text })),
    { name: layerFile, content: layer },
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

const configOf = (layer: Buffer, config: object): object => ({
  architecture: { x64: "amd64", arm64: "arm64" }[process.arch as string] ?? process.arch,
  os: "linux",
  config: { Env: ["PATH=/bin"], WorkingDir: "/", ...config },
  rootfs: { type: "layers", diff_ids: [`sha256:${sha256(layer)}`] },
  history: [{ created_by: "heddle test bed" }],
});

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
