/** The loggers of one outlet in their order of precedence: add, amend, end, move, remove. */
import { Button, Input, Select, Space, Table } from "antd";
import { useState, type ReactNode } from "react";
import { oneText, spanText, useWords } from "./difference-list.tsx";
import { moved, problemsAt, put, standingOf, type Device, type Problem } from "./edit-state.ts";
import { EntryForm } from "./entry-form.tsx";
import { Wrong, type Field } from "./fields.tsx";
import { nextMidnight } from "./next-midnight.ts";
import { Standing } from "./standing.tsx";

interface DevicesEditorProps {
  outlet: string;
  devices: readonly Device[];
  set: (devices: Device[]) => void;
  problems: readonly Problem[];
  /** Of the list. */
  path: string;
}
const FIELDS: Field[] = [
  { name: "mn", kind: "text", required: true },
  { name: "minuteInterval", kind: "number", required: true },
  { name: "from", kind: "moment" },
  { name: "to", kind: "moment" },
  { name: "secretRef", kind: "text" },
];
const END: Field[] = [{ name: "to", kind: "moment", required: true }];

export function DevicesEditor({ outlet, devices, set, problems, path }: DevicesEditorProps): ReactNode {
  const words = useWords();
  const { t } = words;
  const [open, setOpen] = useState<{ i: number; end: boolean } | null>(null);
  const [now] = useState(() => Date.now());
  const added = (): Device => ({
    mn: "",
    from: nextMidnight(now),
    to: null,
    minuteInterval: 1,
    units: {},
    secretRef: null,
  });
  const device = open ? (devices[open.i] ?? added()) : null;
  return (
    <>
      <small>{t("precedenceHint")}</small>
      <Table<Device>
        aria-label={`${outlet} ${t("device")}`}
        size="small"
        pagination={false}
        scroll={{ x: "max-content" }}
        rowKey={(entry) => String(devices.indexOf(entry))}
        dataSource={devices}
        locale={{ emptyText: t("noDevices") }}
        columns={[
          {
            title: t("permitField.mn"),
            key: "mn",
            render: (_, { mn }, i) => (
              <>
                <code className="free">{mn}</code>
                <Wrong problems={problemsAt(problems, `${path}[${i}]`)} named />
              </>
            ),
          },
          { title: t("permitField.minuteInterval"), dataIndex: "minuteInterval" },
          { title: t("permitField.units"), key: "units", render: (_, { units }) => oneText("units", units, words) },
          { title: t("validity"), key: "span", render: (_, { from, to }) => spanText(from, to, words) },
          { title: t("state"), key: "standing", render: (_, d) => <Standing standing={standingOf(d, now)} /> },
          {
            title: t("actionColumn"),
            key: "actions",
            render: (_, { mn }, i) => (
              <Space size={4} wrap>
                <Button
                  size="small"
                  aria-label={`${t("moveUp")} ${mn}`}
                  disabled={i === 0}
                  onClick={() => set(moved(devices, i, -1))}
                >
                  ↑
                </Button>
                <Button
                  size="small"
                  aria-label={`${t("moveDown")} ${mn}`}
                  disabled={i === devices.length - 1}
                  onClick={() => set(moved(devices, i, 1))}
                >
                  ↓
                </Button>
                <Button size="small" onClick={() => setOpen({ i, end: true })}>
                  {t("endAt")}
                </Button>
                <Button size="small" onClick={() => setOpen({ i, end: false })}>
                  {t("amend")}
                </Button>
                <Button size="small" danger onClick={() => set(put(devices, i, null))}>
                  {t("remove")}
                </Button>
              </Space>
            ),
          },
        ]}
      />
      <p>
        <Button onClick={() => setOpen({ i: devices.length, end: false })}>{t("addDevice")}</Button>
      </p>
      {open && device && (
        <EntryForm<Device>
          title={`${outlet} · ${t(open.end ? "endAt" : open.i < devices.length ? "amend" : "addDevice")} ${device.mn}`}
          fields={open.end ? END : FIELDS}
          value={open.end ? { ...device, to: device.to ?? nextMidnight(now) } : device}
          problems={problems}
          path={`${path}[${open.i}]`}
          take={(next) => set(put(devices, open.i, next))}
          close={() => setOpen(null)}
          {...(!open.end && { More: Units })}
        />
      )}
    </>
  );
}

function Units({ value: device, set }: { value: Device; set: (device: Device) => void }): ReactNode {
  const { t, labels } = useWords();
  const entries = Object.entries(device.units);
  const change = (next: [string, string][]): void => set({ ...device, units: Object.fromEntries(next) });
  const free = labels.codes.filter((code) => !Object.hasOwn(device.units, code));
  const option = (code: string): { value: string; label: string } => ({
    value: code,
    label: `${labels.pollutant(code)} ${code}`,
  });
  return (
    <fieldset>
      <legend>{t("permitField.units")}</legend>
      <small>{t("unitsHint")}</small>
      {entries.map(([code, unit], i) => (
        <Space.Compact key={code} block>
          <Select
            aria-label={t("pollutant")}
            style={{ width: "60%" }}
            showSearch={{ optionFilterProp: "label" }}
            value={code}
            options={[code, ...free].map(option)}
            onChange={(next: string) => change(put(entries, i, [next, unit]))}
          />
          <Input
            aria-label={`${t("permitField.units")} ${labels.pollutant(code)}`}
            required
            maxLength={20}
            value={unit}
            onChange={({ target }) => change(put(entries, i, [code, target.value]))}
          />
          <Button onClick={() => change(put(entries, i, null))}>{t("remove")}</Button>
        </Space.Compact>
      ))}
      <Button
        size="small"
        disabled={free.length === 0}
        onClick={() => change([...entries, [free[0] ?? "", labels.unit(free[0] ?? null)]])}
      >
        {t("addUnit")}
      </Button>
    </fieldset>
  );
}
