import { useNavigate, useSearch } from "@tanstack/react-router";
import { type UrlSearch } from "../app/url-search.ts";
import { useKeys } from "../app/use-keys.ts";
import { counted } from "../count-words.ts";
import { Icon } from "../icon.tsx";
import { Empty, Failed, Waiting } from "../notice.tsx";
import { PageHead } from "../page-head.tsx";
import { StreamBadge } from "../stream-badge.tsx";
import { ChangeFilters } from "./change-filters.tsx";
import { ChangeList } from "./change-list.tsx";
import { type ChangeQuestion, changeQuestionOf } from "./change-question.ts";
import { useFeed } from "./use-feed.ts";
import styles from "./changes-page.module.css";

/** Every change as it is told, of all clusters or of what one is interested in. */
export function ChangesPage() {
  const search = useSearch({ from: "/changes" });
  const navigate = useNavigate({ from: "/changes" });
  const question = changeQuestionOf(search);
  const change = (next: UrlSearch): void => void navigate({ search: next, replace: true });
  const filters = <ChangeFilters search={search} question={question} onChange={change} />;
  return (
    <Feed key={JSON.stringify(question)} question={question}>
      {filters}
    </Feed>
  );
}

type FeedProps = Readonly<{ question: ChangeQuestion; children: React.ReactNode }>;

function Feed({ question, children }: FeedProps) {
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
      {failure !== undefined && <Failed failure={failure} again={again} />}
      {paused && held.length > 0 && (
        <button className={styles["came"]} type="button" onClick={resume}>
          {counted(held.length, "change")} came meanwhile: show them
        </button>
      )}
      {shown.length === 0 && failure === undefined && <NothingShown asked={!asking} />}
      {shown.length > 0 && <ChangeList changes={shown} ended={ended} onEnd={older} onAway={pause} />}
    </div>
  );
}

/** The list before anything is in it. */
function NothingShown({ asked }: Readonly<{ asked: boolean }>): React.ReactNode {
  if (!asked) return <Waiting lines={10} />;
  return <Empty title="Nothing has changed">Changes appear here as soon as a cluster tells them.</Empty>;
}
