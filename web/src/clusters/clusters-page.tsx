import { PageHead } from "../page-head.tsx";
export function ClustersPage() {
  return <PageHead title="ClustersPage" />;
}
