import { PageHead } from "../page-head.tsx";
export function ResourcePage() {
  return <PageHead title="ResourcePage" />;
}
