/** A small sign beside a figure that opens how it is computed and from what. By mouse, finger and keyboard. */
import { Popover } from "antd";
import type { ReactNode } from "react";
import { useText } from "../texts.ts";

export function Explained({ label, children }: { label: string; children: string }): ReactNode {
  const t = useText();
  return (
    <Popover
      trigger={["click", "hover", "focus"]}
      title={label}
      content={
        <div className="how">
          {children.split("\n").map((line) => (
            <p key={line}>{line}</p>
          ))}
        </div>
      }
    >
      <button type="button" className="explain no-print" aria-label={t("howComputed", { what: label })}>
        ?
      </button>
    </Popover>
  );
}
