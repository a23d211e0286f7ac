import { PageHead } from "../page-head.tsx";
export function ChangesPage() {
  return <PageHead title="ChangesPage" />;
}
