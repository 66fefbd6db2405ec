/** The outlets of a permit, each with its limits and loggers. */
import { Button, Popconfirm, Space } from "antd";
import { useState, type ReactNode } from "react";
import { useWords } from "./difference-list.tsx";
import { DevicesEditor } from "./devices-editor.tsx";
import { problemsAt, put, type Outlet } from "./edit-state.ts";
import { EntryForm } from "./entry-form.tsx";
import { Wrong, type Field } from "./fields.tsx";
import { LimitsEditor } from "./limits-editor.tsx";
import type { PartProps } from "./plant-editor.tsx";

const FIELDS: Field[] = [
  { name: "code", kind: "text", required: true },
  { name: "name", kind: "text", required: true },
  { name: "medium", kind: "choice", words: "medium", values: ["gas", "water", "noise", "dust"], required: true },
];
const NEW: Outlet = { code: "", medium: "gas", name: "", devices: [], limits: [] };

export function OutletsEditor({ mine, set, problems }: PartProps): ReactNode {
  const { t, labels } = useWords();
  const [open, setOpen] = useState<number | null>(null);
  const change = (outlets: Outlet[]): void => set({ ...mine, outlets });
  return (
    <>
      {mine.outlets.map((outlet, i) => {
        const path = `outlets[${i}]`;
        const here = (next: Partial<Outlet>): void => change(put(mine.outlets, i, { ...outlet, ...next }));
        return (
          <section key={i} aria-label={`${t("outlet")} ${outlet.code}`}>
            <h2>
              {outlet.code} {outlet.name} <small>{labels.say(`medium.${outlet.medium}`)}</small>{" "}
              <Space size={4}>
                <Button size="small" onClick={() => setOpen(i)}>
                  {t("amend")}
                </Button>
                <Popconfirm
                  title={t("removeOutletSure", { outlet: outlet.code })}
                  okText={t("remove")}
                  cancelText={t("cancel")}
                  onConfirm={() => change(put(mine.outlets, i, null))}
                >
                  <Button size="small" danger>
                    {t("remove")}
                  </Button>
                </Popconfirm>
              </Space>
            </h2>
            <Wrong
              problems={["", ".code", ".name", ".medium"].flatMap((f) => problemsAt(problems, path + f, true))}
              named
            />
            <LimitsEditor
              outlet={outlet.code}
              limits={outlet.limits}
              set={(limits) => here({ limits })}
              problems={problems}
              path={`${path}.limits`}
            />
            <DevicesEditor
              outlet={outlet.code}
              devices={outlet.devices}
              set={(devices) => here({ devices })}
              problems={problems}
              path={`${path}.devices`}
            />
          </section>
        );
      })}
      <p>
        <Button onClick={() => setOpen(mine.outlets.length)}>{t("addOutlet")}</Button>
      </p>
      {open !== null && (
        <EntryForm<Outlet>
          title={mine.outlets[open] ? `${t("amend")} ${mine.outlets[open].code}` : t("addOutlet")}
          fields={FIELDS}
          value={mine.outlets[open] ?? NEW}
          problems={problems}
          path={`outlets[${open}]`}
          take={(next) => change(put(mine.outlets, open, next))}
          close={() => setOpen(null)}
        />
      )}
    </>
  );
}
