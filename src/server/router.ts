import { type Handler } from "./exchange.ts";
import { type RouteAccess } from "./guard.ts";

/** `path` has ":name" for a part that is left open, and at its end "*" for one or more: "/api/clusters/:id". */
export type Route = Readonly<{
  method: "GET" | "POST" | "DELETE";
  path: string;
  /** May depend on what is asked, never on what is found. */
  access: RouteAccess | ((url: URL) => RouteAccess);
  handle: Handler;
}>;

/** What a request means; `methods` are those that its path does have. */
export type Routed =
  | Readonly<{ found: true; route: Route; parameters: Readonly<Record<string, string>> }>
  | Readonly<{ found: false; methods: readonly string[] }>;

export function createRouter(routes: readonly Route[]): (method: string, path: string) => Routed {
  const compiled = routes.map((route) => ({ route, parts: route.path.split("/") }));
  return (method, path) => {
    const parts = path.split("/");
    const fitting = compiled.flatMap(({ route, parts: pattern }) => {
      const parameters = matchParts(pattern, parts);
      return parameters === undefined ? [] : [{ route, parameters }];
    });
    const match = fitting.find(({ route }) => route.method === method);
    if (match !== undefined) return { found: true, ...match };
    return { found: false, methods: fitting.map(({ route }) => route.method) };
  };
}

function matchParts(pattern: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  const open = pattern.at(-1) === "*";
  if (open ? parts.length < pattern.length : parts.length !== pattern.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, wanted] of pattern.entries()) {
    const part = parts[index] ?? "";
    if (open && index === pattern.length - 1) break;
    if (!wanted.startsWith(":")) {
      if (wanted !== part) return undefined;
      continue;
    }
    const decoded = decode(part);
    if (!decoded) return undefined;
    parameters[wanted.slice(1)] = decoded;
  }
  return parameters;
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
