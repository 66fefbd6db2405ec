import { Input } from "antd";
import { useState, type ReactNode } from "react";
import { inputOf } from "../../shared/format.ts";
import { useText } from "../texts.ts";
import { setQuery, useAddress } from "./address.ts";

/** The browser's own: it knows the keyboard and the reader's language. A list of one day shows today's while none is chosen. */
export function DayInput({ name }: { name: "from" | "to" | "day" }): ReactNode {
  const t = useText();
  const { query } = useAddress();
  const [today] = useState(() => inputOf(Date.now()).slice(0, 10));
  return (
    <label className="day">
      {t(name)}{" "}
      <Input
        type="date"
        style={{ width: 160 }}
        value={query.get(name) ?? (name === "day" ? today : "")}
        onChange={(event) => setQuery({ [name]: event.target.value })}
      />
    </label>
  );
}
