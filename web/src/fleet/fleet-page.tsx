import { PageHead } from "../page-head.tsx";
export function FleetPage() {
  return <PageHead title="Fleet" />;
}
