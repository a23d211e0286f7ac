import { cacheExchange, Client, fetchExchange } from "urql";

/** GraphQL over POST, by the cookie that the page came with. What was asked before is shown at once, then asked anew. */
export const client = new Client({
  url: "/graphql",
  exchanges: [cacheExchange, fetchExchange],
  preferGetMethod: false,
  fetchOptions: { credentials: "same-origin" },
});
