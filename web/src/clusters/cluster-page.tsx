import { PageHead } from "../page-head.tsx";
export function ClusterPage() {
  return <PageHead title="ClusterPage" />;
}
