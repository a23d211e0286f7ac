import { useLive } from "./live-query.ts";
import styles from "./about-foot.module.css";

const document = /* GraphQL */ `
  query About {
    about {
      version
      demo
      mutationsEnabled
    }
  }
`;

type Data = Readonly<{ about: Readonly<{ version: string; demo: boolean; mutationsEnabled: boolean }> }>;

/** Which Heddle this is, and that a demo is one. */
export function AboutFoot() {
  const { data } = useLive<Data>(document, {}, { everyMs: 60_000 });
  return (
    <p className={styles["about"]}>
      {data?.about.demo === true && <span className={styles["demo"]}>Demo: nothing here is real</span>}
      <span className="number">{data === undefined ? "\u00a0" : `Heddle ${data.about.version}`}</span>
    </p>
  );
}
