import { useLive } from "../app/live-query.ts";
import { Failed } from "../notice.tsx";
import { PageHead } from "../page-head.tsx";
import { ClustersPanel } from "./clusters-panel.tsx";
import { FleetFigures } from "./fleet-figures.tsx";
import { KindsPanel } from "./kinds-panel.tsx";
import { LatestPanel, RatePanel } from "./live-panels.tsx";
import { type Overview, overviewDocument } from "./overview.ts";
import { WrongPanel } from "./wrong-panel.tsx";
import styles from "./fleet-page.module.css";

/** The whole fleet at a glance: what is wrong first. */
export function FleetPage() {
  const { data, failure, again } = useLive<Overview>(overviewDocument, {}, { everyMs: 2_000 });
  return (
    <>
      <PageHead title="Fleet" />
      {failure !== undefined && data === undefined && <Failed failure={failure} again={again} />}
      <FleetFigures overview={data} />
      <div className={styles["grid"]}>
        <div className={styles["column"]}>
          <WrongPanel overview={data} />
          <KindsPanel counts={data?.kinds.groups} />
        </div>
        <div className={styles["column"]}>
          <ClustersPanel clusters={data?.clusters} />
          <RatePanel />
          <LatestPanel />
        </div>
      </div>
    </>
  );
}
