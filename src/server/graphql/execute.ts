import { type DocumentNode, GraphQLError, parse, type ParseOptions, type Source } from "graphql";
import { createYoga, type Plugin } from "graphql-yoga";
import { type Logger, messageOf } from "../../base/index.ts";
import { mutationsDisabled } from "../failures.ts";
import { type GraphqlContext } from "./context.ts";
import { isInternal, toGraphqlError, withCode } from "./errors.ts";
import { writingInPieces } from "./json-pieces.ts";
import { createLimitsRule, tokenLimit } from "./limits.ts";
import { createSchema } from "./schema.ts";

/** Answers a GraphQL request; its body is checked and bounded already. */
export type Execute = (request: Request, context: GraphqlContext) => Promise<Response>;

export type ExecuteOptions = Readonly<{ enableMutations: boolean; log: Logger }>;

/**
 * GraphQL over HTTP, subscriptions as server-sent events. Every error carries `extensions.code`. Streams are pulled: an
 * event is made when there is room for it.
 */
export function createExecute({ enableMutations, log }: ExecuteOptions): Execute {
  const yoga = createYoga<GraphqlContext>({
    schema: createSchema(),
    graphqlEndpoint: "/graphql",
    // Node's own: its streams pull, one piece at a time.
    fetchAPI: { Request, Response, ReadableStream, Headers, TextEncoder, TextDecoder, URL },
    cors: false,
    graphiql: false,
    landingPage: false,
    multipart: false,
    batching: false,
    logging: false,
    // The limits depend on the variables, by which the cache does not tell operations apart.
    parserAndValidationCache: false,
    maskedErrors: {
      maskError(thrown) {
        if (isInternal(thrown)) log.error({ error: messageOf(thrown) }, "a GraphQL resolver failed");
        return toGraphqlError(thrown);
      },
    },
    plugins: [limiting(), refusingMutations(enableMutations), writingInPieces()],
  });
  return async (request, context) => await yoga.fetch(request, context);
}

type YogaPlugin = Plugin<GraphqlContext>;

/** Bounds what is parsed and what is run, and gives the errors of both their codes. */
function limiting(): YogaPlugin {
  return {
    onParse({ setParseFn }) {
      setParseFn((source: string | Source, options?: ParseOptions) => {
        try {
          return parse(source, { ...options, maxTokens: tokenLimit });
        } catch (error) {
          throw error instanceof GraphQLError ? withCode(error, "HEDDLE_GRAPHQL_SYNTAX") : error;
        }
      });
    },
    onValidate({ addValidationRule, context }) {
      addValidationRule(createLimitsRule(context.params.variables ?? {}));
      return ({ valid, result, setResult }) => {
        if (!valid)
          setResult((result as readonly GraphQLError[]).map((error) => withCode(error, "HEDDLE_GRAPHQL_INVALID")));
      };
    },
  };
}

/** Mutations are refused before anything of them is done. */
function refusingMutations(enableMutations: boolean): YogaPlugin {
  return {
    onExecute({ args, setResultAndStopExecution }) {
      if (enableMutations) return;
      const operations = (args.document as DocumentNode).definitions.filter(
        (node) => node.kind === "OperationDefinition",
      );
      const chosen = operations.find(({ name }) => !args.operationName || name?.value === args.operationName);
      if (chosen?.operation !== "mutation") return;
      const { message, code, status } = mutationsDisabled("changing clusters");
      const extensions = { code, retryable: false, http: { status } };
      setResultAndStopExecution({ errors: [new GraphQLError(message, { extensions })] });
    },
  };
}
