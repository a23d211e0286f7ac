import { useNavigate, useSearch } from "@tanstack/react-router";
import { AddressNotes } from "../app/address-notes.tsx";
import { type Address, checkAddress } from "../app/address.ts";
import { badSelector, unknownCluster, unknownKind } from "../app/failure-words.ts";
import { useLive } from "../app/live-query.ts";
import { type UrlSearch } from "../app/url-search.ts";
import { useKeys } from "../app/use-keys.ts";
import { counted } from "../count-words.ts";
import { Icon } from "../icon.tsx";
import { Empty, Failed, Hint, Waiting, WayOut } from "../notice.tsx";
import { PageHead } from "../page-head.tsx";
import { StreamBadge } from "../stream-badge.tsx";
import { ChangeFilters, changeTypes } from "./change-filters.tsx";
import { ChangeList } from "./change-list.tsx";
import { type ChangeFilter, type ChangeQuestion, changeQuestionOf } from "./change-question.ts";
import { kindsKnownDocument } from "./change.ts";
import { useFeed } from "./use-feed.ts";
import styles from "./changes-page.module.css";

/** Every change as it is told, of all clusters or of what one is interested in. */
export function ChangesPage() {
  const checked = checkAddress(useSearch({ from: "/changes" }), address);
  const { search } = checked;
  const navigate = useNavigate({ from: "/changes" });
  const question = changeQuestionOf(search);
  const change = (next: UrlSearch): void => void navigate({ search: next, replace: true });
  const leaveOut = (part: string): void => change({ ...search, [part]: undefined });
  return (
    <Feed key={JSON.stringify(question)} question={question} leaveOut={leaveOut}>
      <ChangeFilters search={search} question={question} onChange={change} />
      <AddressNotes checked={checked} onMend={change} />
      <KindNote filter={question.filter} leaveOut={leaveOut} />
    </Feed>
  );
}

const address: Address = {
  kind: undefined,
  cluster: undefined,
  namespace: undefined,
  name: undefined,
  labels: undefined,
  type: changeTypes.map(({ value }) => value),
};

type LeaveOut = Readonly<{ leaveOut(part: string): void }>;

/** That a kind is none that is known now: the log may tell of it all the same, and it may come to be. */
function KindNote({ filter, leaveOut }: LeaveOut & Readonly<{ filter: ChangeFilter }>) {
  const { kinds, clusters } = filter;
  const asked = { filter: { ...(kinds && { kinds }), ...(clusters && { clusters }) } };
  const { failure } = useLive(kindsKnownDocument, asked, { wanted: kinds !== undefined, everyMs: 15_000 });
  if (kinds === undefined || failure?.code !== unknownKind) return null;
  return <Hint says={failure.detail} acts="All kinds" act={() => leaveOut("kind")} />;
}

type FeedProps = LeaveOut & Readonly<{ question: ChangeQuestion; children: React.ReactNode }>;

function Feed({ question, leaveOut, children }: FeedProps) {
  const { shown, held, stream, paused, pause, resume, older, failure, again, ended, asking } = useFeed(question);
  const toggle = paused ? resume : pause;
  useKeys([{ keys: "p", says: "Pause, or go on", act: toggle }]);
  return (
    <div className={styles["page"]}>
      <PageHead title="Changes" note={<StreamBadge state={stream} />}>
        <button className={styles["pause"]} type="button" aria-pressed={paused} onClick={toggle}>
          <Icon name={paused ? "play" : "pause"} />
          {paused ? "Go on" : "Pause"}
        </button>
      </PageHead>
      {children}
      {failure !== undefined && (
        <Failed failure={failure} again={again}>
          {failure.code === unknownCluster && <WayOut acts="All clusters" act={() => leaveOut("cluster")} />}
          {failure.code === badSelector && <WayOut acts="Leave the labels out" act={() => leaveOut("labels")} />}
        </Failed>
      )}
      {paused && held.length > 0 && (
        <button className={styles["came"]} type="button" onClick={resume}>
          {counted(held.length, "change")} came meanwhile: show them
        </button>
      )}
      {shown.length === 0 && failure === undefined && (
        <NothingShown asked={!asking} filtered={question.types.length > 0 || Object.keys(question.filter).length > 0} />
      )}
      {shown.length > 0 && <ChangeList changes={shown} ended={ended} onEnd={older} onAway={pause} />}
    </div>
  );
}

/** The list before anything is in it. */
function NothingShown({ asked, filtered }: Readonly<{ asked: boolean; filtered: boolean }>): React.ReactNode {
  if (!asked) return <Waiting lines={10} />;
  if (filtered)
    return <Empty title="No such change">None of the log is what was asked for; what comes appears here.</Empty>;
  return <Empty title="Nothing has changed">Changes appear here as soon as a cluster tells them.</Empty>;
}
