import {
  type ASTVisitor,
  type FieldNode,
  type FragmentDefinitionNode,
  getNamedType,
  GraphQLError,
  type GraphQLField,
  type GraphQLObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
} from "graphql";

/** Fields below fields. */
export const depthLimit = 12;
/** Values that an answer may hold by the text of its question: fields, times the length of the lists they stand in. */
export const costLimit = 250_000;
/** Words and signs of a question. */
export const tokenLimit = 5_000;

/** How long a list is taken to be, or how often what is below a field is answered, where no `limit` says it. */
const lengths: Readonly<Record<string, number>> = {
  "Query.resources": 100,
  "ResourcePage.items": 1,
  "Query.resourceCounts": 1_000,
  "ResourceCounts.groups": 1,
  "Query.changes": 100,
  "ChangePage.items": 1,
  "Query.kubernetesResources": 1_000,
};
const otherLength = 10;
/** What a variable is taken for whose value is not known. */
const unknownLimit = 1_000;

type Measure = Readonly<{ depth: number; cost: number }>;

/**
 * A validation rule: refuses operations that nest too deep or ask for too much, with HEDDLE_SERVER_QUERY_TOO_DEEP and
 * _TOO_COSTLY. Questions about the schema itself are limited by GraphQL's own rules.
 */
export const createLimitsRule =
  (variables: Readonly<Record<string, unknown>>) =>
  (context: ValidationContext): ASTVisitor => ({
    OperationDefinition(operation) {
      const root = context.getSchema().getRootType(operation.operation);
      if (!root) return;
      const measured = createMeasuring(context, variables).operation(operation, root);
      if (measured.depth > depthLimit)
        context.reportError(
          refused(
            operation,
            "HEDDLE_SERVER_QUERY_TOO_DEEP",
            `it nests ${measured.depth} deep, ${depthLimit} is allowed`,
          ),
        );
      if (measured.cost > costLimit)
        context.reportError(
          refused(
            operation,
            "HEDDLE_SERVER_QUERY_TOO_COSTLY",
            `it asks for up to ${measured.cost.toLocaleString("en")} values, ${costLimit.toLocaleString("en")} are allowed: ask for fewer fields, shorter lists (limit) or fewer levels`,
          ),
        );
    },
  });

const refused = (node: OperationDefinitionNode, code: string, why: string): GraphQLError =>
  new GraphQLError(`the operation is refused: ${why}`, { nodes: [node], extensions: { code } });

function createMeasuring(context: ValidationContext, variables: Readonly<Record<string, unknown>>) {
  /** Fragments that are being measured: one that holds itself is refused by another rule. */
  const open = new Set<string>();
  /** What is measured once is not measured again: fragments in fragments double at each level. */
  const known = new Map<FragmentDefinitionNode, Measure>();

  const selections = ({ selections: nodes }: SelectionSetNode, parent: GraphQLObjectType | undefined): Measure =>
    nodes
      .map((node): Measure => {
        if (node.kind === "Field") return field(node, parent);
        if (node.kind === "InlineFragment") return selections(node.selectionSet, parent);
        const fragment = context.getFragment(node.name.value);
        return fragment ? spread(fragment, parent) : nothing;
      })
      .reduce(joined, nothing);

  function spread(fragment: FragmentDefinitionNode, parent: GraphQLObjectType | undefined): Measure {
    const before = known.get(fragment);
    if (before !== undefined) return before;
    if (open.has(fragment.name.value)) return nothing;
    open.add(fragment.name.value);
    const measured = selections(fragment.selectionSet, parent);
    open.delete(fragment.name.value);
    known.set(fragment, measured);
    return measured;
  }

  function field(node: FieldNode, parent: GraphQLObjectType | undefined): Measure {
    if (node.name.value.startsWith("__")) return nothing;
    const definition = parent?.getFields()[node.name.value];
    const type = definition && getNamedType(definition.type);
    const inner = node.selectionSet ? selections(node.selectionSet, isObjectType(type) ? type : undefined) : nothing;
    const times = definition ? (limitOf(node) ?? lengthOf(`${parent?.name}.${definition.name}`, definition)) : 1;
    return { depth: inner.depth + 1, cost: 1 + Math.max(1, times) * inner.cost };
  }

  function limitOf({ arguments: given = [] }: FieldNode): number | undefined {
    const value = given.find(({ name }) => name.value === "limit")?.value;
    if (value?.kind === "IntValue") return Number(value.value);
    if (value?.kind !== "Variable") return undefined;
    const variable = variables[value.name.value];
    return typeof variable === "number" ? variable : unknownLimit;
  }
  return {
    operation: ({ selectionSet }: OperationDefinitionNode, root: GraphQLObjectType): Measure =>
      selections(selectionSet, root),
  };
}

function lengthOf(name: string, { type }: GraphQLField<unknown, unknown>): number {
  const bare = isNonNullType(type) ? type.ofType : type;
  return lengths[name] ?? (isListType(bare) ? otherLength : 1);
}

const nothing: Measure = { depth: 0, cost: 0 };

const joined = (one: Measure, other: Measure): Measure => ({
  depth: Math.max(one.depth, other.depth),
  cost: one.cost + other.cost,
});
