import styles from "./icon.module.css";

const paths = {
  fleet: "M2.5 2.5h4v4h-4zM9.5 2.5h4v4h-4zM2.5 9.5h4v4h-4zM9.5 9.5h4v4h-4z",
  clusters: "M8 1.8 13.4 4.9v6.2L8 14.2 2.6 11.1V4.9zM8 8 2.8 5M8 8l5.2-3M8 8v6",
  resources: "M2.5 3.5h11M2.5 8h11M2.5 12.5h11",
  changes: "M1.5 8h3l2-5 3 10 2-5h3",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.8 10.8 14 14",
  copy: "M5.5 5.5h8v8h-8zM3.2 10.5h-.7v-8h8v.7",
  done: "M2.5 8.5 6 12l7.5-8",
  light:
    "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8 1v1.6M8 13.4V15M1 8h1.6M13.4 8H15M3 3l1.2 1.2M11.8 11.8 13 13M13 3l-1.2 1.2M4.2 11.8 3 13",
  dark: "M13.5 9.6A5.8 5.8 0 0 1 6.4 2.5a5.8 5.8 0 1 0 7.1 7.1z",
  system: "M2 3h12v8H2zM5.5 14h5M8 11v3",
  close: "M3.5 3.5l9 9M12.5 3.5l-9 9",
  pause: "M5 3v10M11 3v10",
  play: "M4.5 2.8 12.8 8l-8.3 5.2z",
  down: "M3.5 6 8 10.5 12.5 6",
  ascending: "M8 13V3.5M4 7l4-4 4 4",
  descending: "M8 3v9.5M4 9l4 4 4-4",
  right: "M6 3.5 10.5 8 6 12.5",
  keys: "M1.5 4h13v8.5h-13zM4 7h.01M7 7h.01M10 7h.01M12.5 7h.01M4.5 10h7",
  fit: "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10",
} as const;

export type IconName = keyof typeof paths;

/** A drawing of 16 px beside words, or on a button that says itself what it is. */
export function Icon({ name }: Readonly<{ name: IconName }>) {
  return (
    <svg className={styles["icon"]} viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
