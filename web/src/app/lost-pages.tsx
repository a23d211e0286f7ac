import { type ErrorComponentProps, Link, useRouter } from "@tanstack/react-router";
import { Empty, Failed, WayOut } from "../notice.tsx";
import { brokenWords } from "./failure-words.ts";
import { PageHead } from "../page-head.tsx";

/** For an address that no page has. */
export function NowherePage() {
  return (
    <>
      <PageHead title="There is no such page" />
      <Empty title="Nothing is at this address">
        <Link to="/">Go to the fleet</Link>
      </Empty>
    </>
  );
}

/** For a page that broke: what it said, and a way on. */
export function BrokenPage({ error }: ErrorComponentProps) {
  const router = useRouter();
  return (
    <>
      <PageHead title="This page broke" />
      <Failed failure={brokenWords(error)} again={() => void router.invalidate()}>
        <WayOut acts="Load the page anew" act={() => location.reload()} />
      </Failed>
    </>
  );
}
