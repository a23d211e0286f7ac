import { PageHead } from "../page-head.tsx";
export function ResourcesPage() {
  return <PageHead title="ResourcesPage" />;
}
