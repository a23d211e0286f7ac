import { Link, Outlet, useNavigate, useRouter } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";
import { Icon, type IconName } from "../icon.tsx";
import { AboutFoot } from "./about-foot.tsx";
import { KeysDialog } from "./keys-dialog.tsx";
import { ReachBanner } from "./reach-banner.tsx";
import { SchemeSwitch } from "./scheme-switch.tsx";
import { type KeyBinding } from "./keys.ts";
import { currentKeys, useKeys } from "./use-keys.ts";
import styles from "./shell.module.css";

type Place = Readonly<{ to: string; says: string; icon: IconName; key: string }>;

const places: readonly Place[] = [
  { to: "/", says: "Fleet", icon: "fleet", key: "f" },
  { to: "/clusters", says: "Clusters", icon: "clusters", key: "c" },
  { to: "/resources", says: "Resources", icon: "resources", key: "r" },
  { to: "/changes", says: "Changes", icon: "changes", key: "h" },
];

/** What stands around every page: where one is and can go, and whether the server answers. */
export function Shell() {
  const navigate = useNavigate();
  const [keysShown, setKeysShown] = useState<readonly KeyBinding[]>();
  const bindings = useMemo(
    () => [
      ...places.map(({ to, says, key }) => ({
        keys: `g ${key}`,
        says: `Go to ${says}`,
        act: () => void navigate({ to }),
      })),
      { keys: "?", says: "Show the keys", act: () => setKeysShown(currentKeys()) },
    ],
    [navigate],
  );
  useKeys(bindings);
  const main = useRef<HTMLElement>(null);
  useFocusAfterNavigation(main);
  return (
    <div className={styles["shell"]}>
      <a className={styles["skip"]} href="#main" onClick={() => main.current?.focus()}>
        Skip to the page
      </a>
      <header className={styles["rail"]}>
        <Link to="/" className={styles["brand"]} aria-label="Heddle: the fleet">
          <img src="/assets/heddle.svg" alt="" width="24" height="24" />
          <span>Heddle</span>
        </Link>
        <nav className={styles["places"]} aria-label="Pages">
          {places.map(({ to, says, icon, key }) => (
            <Link
              key={to}
              to={to}
              className={styles["place"]}
              activeOptions={{ exact: to === "/", includeSearch: false }}
              activeProps={{ className: `${styles["place"]} ${styles["here"]}` }}
            >
              <Icon name={icon} />
              <span className={styles["says"]}>{says}</span>
              <kbd className={styles["key"]} aria-hidden="true">
                g {key}
              </kbd>
            </Link>
          ))}
        </nav>
        <div className={styles["foot"]}>
          <AboutFoot />
          <div className={styles["tools"]}>
            <SchemeSwitch />
            <button
              className={styles["tool"]}
              type="button"
              aria-label="Keys"
              title="Keys (?)"
              onClick={() => setKeysShown(currentKeys())}
            >
              <Icon name="keys" />
            </button>
          </div>
        </div>
      </header>
      <main className={styles["main"]} id="main" ref={main} tabIndex={-1}>
        <ReachBanner />
        <Outlet />
      </main>
      <KeysDialog keys={keysShown} onClose={() => setKeysShown(undefined)} />
    </div>
  );
}

/** A page that was gone to by a link begins at its top, for the keyboard too. */
function useFocusAfterNavigation(main: React.RefObject<HTMLElement | null>): void {
  const router = useRouter();
  useEffect(
    () =>
      router.subscribe("onResolved", ({ fromLocation, pathChanged }) => {
        if (fromLocation !== undefined && pathChanged) main.current?.focus({ preventScroll: true });
      }),
    [main, router],
  );
}
