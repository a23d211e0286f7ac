import { readFileSync } from "node:fs";

/** The version of the package: package.json stands two folders above the source and one above the bundle. */
export function heddleVersion(): string {
  for (const path of ["../../package.json", "../package.json"]) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
      if (name === "heddle") return String(version);
    } catch {
      continue;
    }
  }
  return "unknown";
}
