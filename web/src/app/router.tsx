import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { FleetPage } from "../fleet/fleet-page.tsx";
import { BrokenPage, NowherePage } from "./lost-pages.tsx";
import { Shell } from "./shell.tsx";
import { parseSearch, stringifySearch, type UrlSearch } from "./url-search.ts";

const anySearch = (search: Record<string, unknown>): UrlSearch => search as UrlSearch;

const root = createRootRoute({ component: Shell, notFoundComponent: NowherePage, errorComponent: BrokenPage });

const fleet = createRoute({ getParentRoute: () => root, path: "/", component: FleetPage });

const clusters = createRoute({
  getParentRoute: () => root,
  path: "/clusters",
  validateSearch: anySearch,
  component: lazyRouteComponent(() => import("../clusters/clusters-page.tsx"), "ClustersPage"),
});

const cluster = createRoute({
  getParentRoute: () => root,
  path: "/clusters/$id",
  component: lazyRouteComponent(() => import("../clusters/cluster-page.tsx"), "ClusterPage"),
});

const resources = createRoute({
  getParentRoute: () => root,
  path: "/resources",
  validateSearch: anySearch,
  component: lazyRouteComponent(() => import("../resources/resources-page.tsx"), "ResourcesPage"),
});

/** The id of an object is the rest of the address. */
const resource = createRoute({
  getParentRoute: () => root,
  path: "/resources/$cluster/$",
  validateSearch: anySearch,
  component: lazyRouteComponent(() => import("../resource/resource-page.tsx"), "ResourcePage"),
});

const changes = createRoute({
  getParentRoute: () => root,
  path: "/changes",
  validateSearch: anySearch,
  component: lazyRouteComponent(() => import("../changes/changes-page.tsx"), "ChangesPage"),
});

/** Every page, by its address. What a page shows is in the address, so that it can be sent and gone back to. */
export const router = createRouter({
  routeTree: root.addChildren([fleet, clusters, cluster, resources, resource, changes]),
  parseSearch,
  stringifySearch,
  scrollRestoration: true,
  // Of each page alone: what stands around it stays.
  defaultErrorComponent: BrokenPage,
  defaultPreload: "intent",
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
