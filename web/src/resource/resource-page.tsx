import { Link, useLocation, useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { AddressNotes } from "../app/address-notes.tsx";
import { type Address, checkAddress } from "../app/address.ts";
import { type Live, useLive } from "../app/live-query.ts";
import { oneOf } from "../app/url-search.ts";
import { CopyButton } from "../copy-button.tsx";
import { pluralOf } from "../count-words.ts";
import { FreshnessBadge } from "../freshness-badge.tsx";
import { healthFrom } from "../health.ts";
import { Empty, Failed, Waiting } from "../notice.tsx";
import { PageHead } from "../page-head.tsx";
import { idOfPath, kindWord, parseId, type ResourceName } from "../resource-path.ts";
import { StatusBadge } from "../status-badge.tsx";
import { type Tab, Tabs } from "../tabs.tsx";
import { Gone } from "./gone.tsx";
import { Overview } from "./overview.tsx";
import { RelationsTab } from "./relations-tab.tsx";
import { type Resource, type ResourceAnswer, resourceDocument } from "./resource.ts";
import { ResourceChanges } from "./resource-changes.tsx";
import { useOwnChanges } from "./use-own-changes.ts";

const YamlTab = lazy(async () => ({ default: (await import("./yaml-tab.tsx")).YamlTab }));

const tabs = [
  { value: "overview", says: "Overview" },
  { value: "relations", says: "Relations" },
  { value: "yaml", says: "YAML" },
  { value: "changes", says: "Changes" },
] as const satisfies readonly Tab[];

const address: Address = { tab: tabs.map(({ value }) => value) };

/** One object: how it is and why, what it belongs to, its text, and what became of it. */
export function ResourcePage() {
  const id = useLocation({ select: ({ pathname }) => idOfPath(pathname) });
  const name = parseId(id);
  if (name === undefined)
    return (
      <>
        <PageHead title="There is no such resource" />
        <Empty title={`“${id}” is no id`}>
          An id is CLUSTER/GROUP/KIND/NAMESPACE/NAME, and has no namespace where its kind has none.{" "}
          <Link to="/resources">All resources</Link>
        </Empty>
      </>
    );
  return <NamedResource key={id} id={id} name={name} />;
}

function NamedResource({ id, name }: Readonly<{ id: string; name: ResourceName }>) {
  const checked = checkAddress(useSearch({ from: "/resources/$cluster/$" }), address);
  const navigate = useNavigate();
  const asked = useLive<ResourceAnswer>(resourceDocument, { id }, { everyMs: 15_000 });
  const { changes, stream, past } = useOwnChanges(name, asked.again);
  const resource = asked.data?.resource;
  const tab = tabs.find(({ value }) => value === oneOf(checked.search["tab"]))?.value ?? "overview";
  const choose = (value: string): void =>
    void navigate({ to: ".", search: value === "overview" ? {} : { tab: value }, replace: true });
  return (
    <>
      <PageHead
        title={name.name}
        windowTitle={`${name.name} · ${name.kind}`}
        above={<Where name={name} />}
        note={resource == null ? undefined : <State resource={resource} />}
      >
        <CopyButton text={id} says={`Copy the id ${id}`} word="Copy id" />
      </PageHead>
      <AddressNotes
        checked={checked}
        onMend={(search) => void navigate({ to: ".", search: { ...search }, replace: true })}
      />
      <Tabs name="Parts of this resource" tabs={tabs} chosen={tab} onChoose={choose} keys />
      {tab === "changes" ? (
        <ResourceChanges changes={changes} stream={stream} past={past} />
      ) : (
        <Part tab={tab} id={id} asked={asked} told={changes[0]?.sequence ?? ""} />
      )}
    </>
  );
}

type PartProps = Readonly<{ tab: string; id: string; asked: Live<ResourceAnswer>; told: string }>;

/** What the chosen tab shows, or why it cannot. */
function Part({ tab, id, asked: { data, failure, again }, told }: PartProps) {
  if (data === undefined)
    return failure === undefined ? <Waiting lines={8} /> : <Failed failure={failure} again={again} />;
  if (data.resource === null) return <Gone id={id} />;
  if (tab === "relations") return <RelationsTab id={id} told={told} />;
  if (tab === "overview") return <Overview resource={data.resource} />;
  return (
    <Suspense fallback={<Waiting lines={12} />}>
      <YamlTab id={id} told={told} />
    </Suspense>
  );
}

function Where({ name: { cluster, group, kind, namespace } }: Readonly<{ name: ResourceName }>) {
  const word = kindWord(group, kind);
  return (
    <nav aria-label="Where it is">
      <Link to="/clusters/$id" params={{ id: cluster }}>
        {cluster}
      </Link>
      {" / "}
      <Link to="/resources" search={{ kind: word, cluster }}>
        {pluralOf(kind)}
      </Link>
      {namespace !== undefined && (
        <>
          {" / "}
          <Link to="/resources" search={{ cluster, namespace }}>
            {namespace}
          </Link>
        </>
      )}
    </nav>
  );
}

const State = ({ resource: { attributes, status, reason, freshness } }: Readonly<{ resource: Resource }>) => (
  <>
    <StatusBadge strong health={healthFrom(attributes["health"])} word={status ?? "unknown"} reason={reason} />{" "}
    {freshness !== null && freshness.state !== "live" && <FreshnessBadge freshness={freshness} />}
  </>
);
