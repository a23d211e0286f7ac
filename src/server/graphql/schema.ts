import { type GraphQLSchema } from "graphql";
import { createBuilder } from "./builder.ts";
import { addAbout } from "./about.ts";
import { addChange } from "./change-node.ts";
import { addChangeRate, addChanges } from "./changes.ts";
import { addCounts } from "./counts.ts";
import { addMutations } from "./mutations.ts";
import { addFilter, addQueries } from "./queries.ts";
import { addSubscriptions } from "./subscriptions.ts";
import { addTypes } from "./types.ts";

/** All that GraphQL can be asked; docs/graphql.md tells it for people. */
export function createSchema(): GraphQLSchema {
  const builder = createBuilder();
  const types = addTypes(builder);
  const filter = addFilter(builder);
  addQueries(builder, types, filter);
  addCounts(builder, filter);
  const change = addChange(builder, types);
  addChanges(builder, change, filter);
  addChangeRate(builder);
  addSubscriptions(builder, change, filter);
  addAbout(builder);
  addMutations(builder, types);
  return builder.toSchema();
}
