/** A list whose first page is kept on the device: what is older is asked for page by page, and needs the network. */
import { useState, type ReactNode } from "react";
import { problemText } from "../../shared/api.ts";
import { useText } from "../texts.ts";

interface Page<Row> {
  rows: readonly Row[];
  next: string | null;
}
interface Older<Row> extends Page<Row> {
  /** What was shown before, so that nothing falls between the pages when something new comes. */
  before: readonly Row[];
}
interface Props<Row> {
  first: Page<Row>;
  ask: (cursor: string) => Promise<Page<Row>>;
  keyOf: (row: Row) => string;
  children: (row: Row) => ReactNode;
}

export function MoreList<Row>({ first, ask, keyOf, children }: Props<Row>): ReactNode {
  const t = useText();
  const [older, setOlder] = useState<Older<Row> | null>(null);
  const [state, setState] = useState<{ waiting: boolean; error: unknown }>({ waiting: false, error: null });
  const all = new Map(
    [...first.rows, ...(older ? [...older.before, ...older.rows] : [])].map((row) => [keyOf(row), row]),
  );
  const next = older ? older.next : first.next;
  const more = async (cursor: string): Promise<void> => {
    setState({ waiting: true, error: null });
    try {
      const page = await ask(cursor);
      setOlder({ before: [...all.values()], rows: page.rows, next: page.next });
      setState({ waiting: false, error: null });
    } catch (error) {
      setState({ waiting: false, error });
    }
  };
  return (
    <>
      <ul>
        {[...all].map(([key, row]) => (
          <li key={key}>{children(row)}</li>
        ))}
      </ul>
      {state.error !== null && (
        <p className="error" role="alert">
          {problemText(state.error, t)}
        </p>
      )}
      {next !== null && (
        <button type="button" disabled={state.waiting} onClick={() => void more(next)}>
          {t(state.waiting ? "loading" : "older")}
        </button>
      )}
    </>
  );
}
