import { type Handler } from "./exchange.ts";
import { type RouteAccess } from "./guard.ts";

/** `path` has ":name" for a part that is left open: "/api/clusters/:id". */
export type Route = Readonly<{ method: "GET" | "POST" | "DELETE"; path: string; access: RouteAccess; handle: Handler }>;

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
  if (pattern.length !== parts.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, wanted] of pattern.entries()) {
    const part = parts[index] ?? "";
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
