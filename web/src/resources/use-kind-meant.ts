import { useLive } from "../app/live-query.ts";
import { kindWord } from "../resource-path.ts";
import { type Facet, facetDocument } from "./facets.ts";

/**
 * The kind that a word of an address means ("po", "deployments"), as pages name kinds ("Pod", "Deployment.apps"); the
 * word itself while it is not known, or means several.
 */
export function useKindMeant(word: string | undefined): string | undefined {
  const isWritten = word !== undefined && /^[A-Z]/.test(word);
  const wanted = word !== undefined && !isWritten;
  const { data } = useLive<Facet>(facetDocument, { filter: { kinds: [word ?? ""] }, by: ["KIND"] }, { wanted });
  const [found, ...others] = (wanted ? data : undefined)?.resourceCounts.groups ?? [];
  return found?.kind == null || others.length > 0 ? word : kindWord(found.group, found.kind);
}
