import "@mantine/core/styles/ScrollArea.css";
import "@mantine/core/styles/UnstyledButton.css";
import "@mantine/core/styles/Popover.css";
import "@mantine/core/styles/Input.css";
import "@mantine/core/styles/Combobox.css";
import { Combobox, useCombobox } from "@mantine/core";
import { useState } from "react";
import { countText } from "../count-words.ts";
import { Icon } from "../icon.tsx";
import styles from "./chooser.module.css";

export type Choice = Readonly<{ value: string; says: string; note?: string; count?: number }>;

type Props = Readonly<{
  name: string;
  /** What is chosen; nothing means all. */
  chosen: readonly string[];
  choices: readonly Choice[] | undefined;
  /** One at most. */
  single?: boolean;
  onOpen(): void;
  onChoose(chosen: readonly string[]): void;
}>;

const shownAtMost = 100;

/** A filter with a list of what there is, each with how many; typing looks in the list. */
export function Chooser({ name, chosen, choices, single = false, onOpen, onChoose }: Props) {
  const [typed, setTyped] = useState("");
  const combobox = useCombobox({
    onDropdownOpen() {
      onOpen();
      combobox.focusSearchInput();
    },
    onDropdownClose() {
      combobox.resetSelectedOption();
      combobox.focusTarget();
      setTyped("");
    },
  });
  const choose = (value: string): void => {
    if (value === "") onChoose([]);
    else if (single) onChoose([value]);
    else onChoose(chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value]);
    if (single || value === "") combobox.closeDropdown();
  };
  const found = choices?.filter(({ says, note }) =>
    `${says} ${note ?? ""}`.toLowerCase().includes(typed.toLowerCase()),
  );
  return (
    <Combobox
      store={combobox}
      width={300}
      position="bottom-start"
      shadow="none"
      withinPortal={false}
      transitionProps={{ duration: 0 }}
      classNames={{ dropdown: styles["list"] ?? "", option: styles["option"] ?? "", search: styles["search"] ?? "" }}
      onOptionSubmit={choose}
    >
      <Combobox.Target withAriaAttributes={false}>
        <button
          className={`${styles["target"]} ${chosen.length > 0 ? styles["set"] : ""}`}
          type="button"
          aria-haspopup="listbox"
          aria-expanded={combobox.dropdownOpened}
          onClick={() => combobox.toggleDropdown()}
        >
          <span className={styles["what"]}>{name}</span>
          <span className="cut">{summaryOf(chosen, choices)}</span>
          <Icon name="down" />
        </button>
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Search
          // oxlint-disable-next-line jsx-a11y/role-has-required-aria-props -- aria-controls comes from the Combobox.
          role="combobox"
          aria-expanded={combobox.dropdownOpened}
          aria-label={`Find a ${name.toLowerCase()}`}
          value={typed}
          placeholder="Type to find"
          onChange={({ currentTarget }) => {
            setTyped(currentTarget.value);
            combobox.updateSelectedOptionIndex();
          }}
        />
        <Combobox.Options className={styles["options"]} aria-label={name}>
          {typed === "" && (
            <Combobox.Option value="" active={chosen.length === 0}>
              <Choosable says="All" chosen={chosen.length === 0} />
            </Combobox.Option>
          )}
          <Found found={found} chosen={chosen} />
        </Combobox.Options>
        <More hidden={(found?.length ?? 0) - shownAtMost} />
      </Combobox.Dropdown>
    </Combobox>
  );
}

function Found({ found, chosen }: Readonly<{ found: readonly Choice[] | undefined; chosen: readonly string[] }>) {
  if (found === undefined) return <Combobox.Empty>Counting …</Combobox.Empty>;
  if (found.length === 0) return <Combobox.Empty>Nothing is called that</Combobox.Empty>;
  return found.slice(0, shownAtMost).map((choice) => (
    <Combobox.Option key={choice.value} value={choice.value} active={chosen.includes(choice.value)}>
      <Choosable {...choice} chosen={chosen.includes(choice.value)} />
    </Combobox.Option>
  ));
}

const More = ({ hidden }: Readonly<{ hidden: number }>) =>
  hidden > 0 ? <p className={styles["more"]}>{countText(hidden)} more: type to find</p> : null;

function summaryOf(chosen: readonly string[], choices: readonly Choice[] | undefined): string {
  const [first] = chosen;
  if (first === undefined) return "all";
  const says = choices?.find(({ value }) => value === first)?.says ?? first;
  return chosen.length === 1 ? says : `${says} +${chosen.length - 1}`;
}

type ChoosableProps = Readonly<{ says: string; note?: string; count?: number; chosen: boolean }>;

const Choosable = ({ says, note, count, chosen }: ChoosableProps) => (
  <>
    <span className={styles["tick"]}>{chosen && <Icon name="done" />}</span>
    <span className="cut">
      {says}
      {note !== undefined && <span className={styles["note"]}> {note}</span>}
    </span>
    {count !== undefined && <span className={styles["count"]}>{countText(count)}</span>}
  </>
);
