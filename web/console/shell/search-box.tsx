/** A field that searches by what the address says (`q`). */
import { Input } from "antd";
import { useEffect, useState, type ReactNode } from "react";
import { setQuery } from "./address.ts";

/** Asks when typing rests. */
export function SearchBox({ value, label }: { value: string; label: string }): ReactNode {
  const [typed, setTyped] = useState(value);
  const [sent, setSent] = useState(value);
  const [seen, setSeen] = useState(value);
  // Another filter was chosen; an answer to what was typed before must not take away what is typed now.
  if (seen !== value) {
    setSeen(value);
    if (value !== sent) setTyped(value);
  }
  useEffect(() => {
    if (typed.trim() === value) return;
    const timer = setTimeout(() => {
      setSent(typed.trim());
      setQuery({ q: typed.trim() });
    }, 300);
    return () => clearTimeout(timer);
  }, [typed, value]);
  return (
    <span data-search>
      <Input
        aria-label={label}
        placeholder={label}
        allowClear
        maxLength={100}
        style={{ width: 300 }}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
    </span>
  );
}
