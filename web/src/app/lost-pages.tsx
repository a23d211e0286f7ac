import { type ErrorComponentProps, Link, useRouter } from "@tanstack/react-router";
import { Empty, Failed } from "../notice.tsx";
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
  const detail = error instanceof Error ? error.message : String(error);
  return (
    <>
      <PageHead title="This page broke" />
      <Failed
        failure={{ title: "It could not be drawn", detail, leave: false }}
        again={() => void router.invalidate()}
      />
    </>
  );
}
