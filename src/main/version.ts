import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

type Found = Readonly<{ folder: string; version: string }>;

/** The package: package.json stands two folders above the source, one above the bundle, two or three above the library. */
function findPackage(): Found | undefined {
  for (const path of ["../../", "../", "../../../"]) {
    try {
      const folder = new URL(path, import.meta.url);
      const { name, version } = JSON.parse(readFileSync(new URL("package.json", folder), "utf8"));
      if (name === "heddle") return { folder: fileURLToPath(folder), version: String(version) };
    } catch {
      continue;
    }
  }
  return undefined;
}

/** The version of the package. */
export const heddleVersion = (): string => findPackage()?.version ?? "unknown";

/** Where the console's build lies, in a checkout as in the package, whether it is built or not. */
export function consoleFolder(): string | undefined {
  const folder = findPackage()?.folder;
  return folder === undefined ? undefined : `${folder}dist/web`;
}
