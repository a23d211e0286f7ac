import { access } from "node:fs/promises";

/** Whether a namespace's path is still there. */
export const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
