import { Link } from "@tanstack/react-router";
import { unknownCluster, unknownKind } from "../app/failure-words.ts";
import { useLive } from "../app/live-query.ts";
import { countText, pluralOf } from "../count-words.ts";
import { Empty, Failed, Waiting } from "../notice.tsx";
import { kindWord, parseId } from "../resource-path.ts";
import { othersDocument } from "./resource.ts";

type Others = Readonly<{ resourceCounts: Readonly<{ total: number }> }>;

/** That an object is not there, and how far its id means something: its cluster, its kind, its namespace. */
export function Gone({ id }: Readonly<{ id: string }>) {
  const { cluster = "", group = "", kind = "", namespace } = parseId(id) ?? {};
  const word = kindWord(group, kind);
  const filter = { clusters: [cluster], kinds: [word], ...(namespace !== undefined && { namespaces: [namespace] }) };
  const { data, failure } = useLive<Others>(othersDocument, { filter });
  if (failure !== undefined)
    return (
      <Failed failure={failure}>
        {failure.code === unknownCluster && <Link to="/clusters">All clusters of the fleet</Link>}
        {failure.code === unknownKind && (
          <Link to="/resources" search={{ cluster }}>
            All resources of {cluster}
          </Link>
        )}
      </Failed>
    );
  if (data === undefined) return <Waiting lines={3} />;
  const place = namespace === undefined ? cluster : `${namespace} of ${cluster}`;
  const { total } = data.resourceCounts;
  return (
    <Empty title="It is not there">
      Nothing is kept of <span className="mono">{id}</span>: it was deleted, or never was. Its changes may still be told
      under “Changes”.{" "}
      {total > 0 ? (
        <Link to="/resources" search={{ cluster, kind: word, ...(namespace !== undefined && { namespace }) }}>
          {countText(total)} {pluralOf(kind)} in {place}
        </Link>
      ) : (
        <Link to="/resources" search={{ cluster, kind: word }}>
          No {pluralOf(kind)} in {place}: those of {cluster}
        </Link>
      )}
    </Empty>
  );
}
