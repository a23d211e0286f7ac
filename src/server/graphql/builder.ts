import SchemaBuilder from "@pothos/core";
import { GraphQLScalarType, type ValueNode } from "graphql";
import { type JsonValue } from "../../model/index.ts";
import { type GraphqlContext } from "./context.ts";

type OwnTypes = {
  Context: GraphqlContext;
  Scalars: { JSON: { Input: JsonValue; Output: unknown }; ID: { Input: string; Output: string } };
  DefaultFieldNullability: false;
};

export type SchemaTypes = PothosSchemaTypes.ExtendDefaultTypes<OwnTypes>;

/** Fields are never null unless they say so. */
export type Builder = PothosSchemaTypes.SchemaBuilder<SchemaTypes>;

export function createBuilder(): Builder {
  const builder = new SchemaBuilder<OwnTypes>({ defaultFieldNullability: false });
  builder.addScalarType("JSON", jsonScalar);
  builder.queryType({});
  builder.mutationType({ description: 'Only with "enable_mutations: true" in the server\'s configuration.' });
  builder.subscriptionType({});
  return builder;
}

/** Any JSON value, as it is. */
const jsonScalar = new GraphQLScalarType<unknown, unknown>({
  name: "JSON",
  description: "Any JSON value, as it is.",
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: (node, variables) => literal(node, variables ?? {}),
});

function literal(node: ValueNode, variables: Readonly<Record<string, unknown>>): unknown {
  switch (node.kind) {
    case "IntValue":
    case "FloatValue":
      return Number(node.value);
    case "StringValue":
    case "BooleanValue":
    case "EnumValue":
      return node.value;
    case "NullValue":
      return null;
    case "Variable":
      return variables[node.name.value];
    case "ListValue":
      return node.values.map((value) => literal(value, variables));
    case "ObjectValue":
      return Object.fromEntries(node.fields.map(({ name, value }) => [name.value, literal(value, variables)]));
  }
}
