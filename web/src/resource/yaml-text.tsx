import { useVirtualizer } from "@tanstack/react-virtual";
import { Fragment, memo, useEffect, useRef } from "react";
import { type YamlPiece, yamlPieces, type YamlText as Text } from "./yaml-lines.ts";
import styles from "./yaml-tab.module.css";

type Props = Readonly<{ text: Text; word: string; line: number | undefined }>;

const linePx = 20;
/** Up to here every line is there, so that it can be selected and searched as any text. */
const wholeUpTo = 1_200;
/** A line may be a whole certificate or script: what is longer is cut, and said to be. */
const shownOfLine = 2_000;

/** Lines with their numbers; of a long text only those in sight exist. */
export function YamlText({ text: { lines, inBlock }, word, line }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const whole = lines.length <= wholeUpTo;
  // oxlint-disable-next-line react/incompatible-library -- It is known to change by itself, and nothing memoizes it.
  const virtual = useVirtualizer({
    count: lines.length,
    enabled: !whole,
    getScrollElement: () => place.current,
    estimateSize: () => linePx,
    overscan: 20,
  });
  useEffect(() => {
    // The middle of what is in sight, so that what stands around it is seen too.
    const { clientHeight = 0 } = place.current ?? {};
    if (line !== undefined) place.current?.scrollTo({ top: Math.max(0, line * linePx - clientHeight / 2) });
  }, [line]);
  const shown = whole ? lines.map((_, index) => ({ index, start: index * linePx })) : virtual.getVirtualItems();
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- What scrolls must be reached by keys.
    <div className={styles["text"]} ref={place} tabIndex={0} role="region" aria-label="Text">
      <div className={styles["lines"]} style={{ height: lines.length * linePx }}>
        {shown.map(({ index, start }) => (
          <Line
            key={index}
            number={index + 1}
            top={start}
            line={lines[index] ?? ""}
            inBlock={inBlock[index] ?? false}
            word={word}
            here={index === line}
          />
        ))}
      </div>
    </div>
  );
}

type LineProps = Readonly<{
  number: number;
  top: number;
  line: string;
  inBlock: boolean;
  word: string;
  here: boolean;
}>;

const Line = memo(({ number, top, line, inBlock, word, here }: LineProps) => (
  <div className={`${styles["line"]} ${here ? styles["here"] : ""}`} style={{ transform: `translateY(${top}px)` }}>
    <span className={styles["number"]} aria-hidden="true">
      {number}
    </span>
    <code className={styles["code"]}>
      {yamlPieces(line.slice(0, shownOfLine), inBlock).map((piece, at) => (
        // oxlint-disable-next-line react/no-array-index-key -- Pieces of one line never change their order.
        <Piece key={at} piece={piece} word={word} />
      ))}
      {line.length > shownOfLine && (
        <span className={styles["cut"]}> … {(line.length - shownOfLine).toLocaleString("en")} more characters</span>
      )}
      {"\n"}
    </code>
  </div>
));

function Piece({ piece: { text, is }, word }: Readonly<{ piece: YamlPiece; word: string }>) {
  if (word === "") return <span className={styles[`is-${is}`]}>{text}</span>;
  const parts = text.split(new RegExp(`(${RegExp.escape(word)})`, "i"));
  return (
    <span className={styles[`is-${is}`]}>
      {parts.map((part, at) => (
        // oxlint-disable-next-line react/no-array-index-key -- Parts of one piece never change their order.
        <Fragment key={at}>{at % 2 === 1 ? <mark className={styles["found-mark"]}>{part}</mark> : part}</Fragment>
      ))}
    </span>
  );
}
