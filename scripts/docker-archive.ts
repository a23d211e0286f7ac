import { createHash } from "node:crypto";
import { tarOf } from "./tar.ts";

/** What an image says about how its containers run: of the OCI image configuration, `config`. */
export type ImageConfig = Readonly<{
  Env?: readonly string[];
  WorkingDir?: string;
  Entrypoint?: readonly string[];
  Cmd?: readonly string[];
}>;

export type Image = Readonly<{ tag: string; config: ImageConfig }>;

/** A docker-archive (manifest, configurations, one layer that all share), the same bytes for the same images. */
export function dockerArchive(layer: Buffer, images: readonly Image[]): Buffer {
  const layerFile = "layer.tar";
  const described = images.map(({ tag, config }) => {
    const text = Buffer.from(JSON.stringify(configurationOf(layer, config)));
    return { tag, text, file: `${sha256(text)}.json` };
  });
  const manifest = described.map(({ tag, file }) => ({ Config: file, RepoTags: [tag], Layers: [layerFile] }));
  return tarOf([
    { name: "manifest.json", content: Buffer.from(JSON.stringify(manifest)) },
    ...described.map(({ file, text }) => ({ name: file, content: text })),
    { name: layerFile, content: layer },
  ]);
}

const architectures: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

const configurationOf = (layer: Buffer, config: ImageConfig): object => ({
  architecture: architectures[process.arch] ?? process.arch,
  os: "linux",
  config,
  rootfs: { type: "layers", diff_ids: [`sha256:${sha256(layer)}`] },
  history: [{ created_by: "heddle" }],
});

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
