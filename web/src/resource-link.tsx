import { Link } from "@tanstack/react-router";
import { parseId, resourcePath } from "./resource-path.ts";
import styles from "./resource-link.module.css";

type Props = Readonly<{ id: string; withKind?: boolean; withPlace?: boolean }>;

/** An object by its name, leading to its page; its kind before it and where it is behind it, where asked for. */
export function ResourceLink({ id, withKind = false, withPlace = false }: Props) {
  const name = parseId(id);
  if (name === undefined) return <span>{id}</span>;
  const place = [name.cluster, name.namespace].filter((part) => part !== undefined).join(" / ");
  return (
    <span className={styles["whole"]} title={id}>
      {withKind && <span className={styles["kind"]}>{name.kind}</span>}
      <Link className={styles["name"]} to={resourcePath(id)}>
        {name.name}
      </Link>
      {withPlace && <span className={styles["place"]}>{place}</span>}
    </span>
  );
}
