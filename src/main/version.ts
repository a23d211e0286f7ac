import { readFileSync } from "node:fs";

/** The version of the package: package.json stands two folders above the source, one above the bundle, two or
 * three above the library. */
export function heddleVersion(): string {
  for (const path of ["../../package.json", "../package.json", "../../../package.json"]) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
      if (name === "heddle") return String(version);
    } catch {
      continue;
    }
  }
  return "unknown";
}
