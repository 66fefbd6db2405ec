/** One thing of the permit in a window of its own: taken over into the draft, not yet saved. */
import { Modal } from "antd";
import { useId, useState, type ComponentType, type ReactNode } from "react";
import { useText } from "../texts.ts";
import type { Problem } from "./edit-state.ts";
import { Fields, type Field } from "./fields.tsx";

interface EntryFormProps<T extends object> {
  title: string;
  hint?: string | undefined;
  fields: readonly Field[];
  value: T;
  problems: readonly Problem[];
  path: string;
  take: (value: T) => void;
  close: () => void;
  /** Below the fields. */
  More?: ComponentType<{ value: T; set: (value: T) => void }>;
}

export function EntryForm<T extends object>(props: EntryFormProps<T>): ReactNode {
  const { title, hint, fields, problems, path, take, close, More } = props;
  const t = useText();
  const id = useId();
  const [value, set] = useState(props.value);
  return (
    <Modal
      open
      title={title}
      okText={t("ok")}
      cancelText={t("cancel")}
      okButtonProps={{ htmlType: "submit", form: id }}
      onCancel={close}
      width={640}
      closable={{ "aria-label": t("close") }}
    >
      <form
        id={id}
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          take(value);
          close();
        }}
      >
        {hint && <small>{hint}</small>}
        <Fields fields={fields} value={value} set={set} problems={problems} path={path} />
        {More && <More value={value} set={set} />}
      </form>
    </Modal>
  );
}
