/** Whether dist/web is there and younger than everything that it is built of. */
export function consoleIsCurrent(): boolean;
