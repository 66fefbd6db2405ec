/** Draws values with ECharts. */
import { useEffect, useRef, type ReactNode } from "react";
import { chartOption, type ChartInput } from "./chart-option.ts";
import { init, type ECharts } from "./values-chart-parts.ts";

interface ValuesChartProps {
  input: ChartInput;
  /** What is to be seen, for who does not see it; the table beside it has every value. */
  label: string;
  /** A value was clicked. */
  open(at: number): void;
}

export default function ValuesChart({ input, label, open }: ValuesChartProps): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts>(null);
  const opening = useRef(open);
  useEffect(() => {
    opening.current = open;
  }, [open]);

  useEffect(() => {
    if (!box.current) return;
    const made = init(box.current);
    chart.current = made;
    made.on("click", ({ value }) => Array.isArray(value) && opening.current(Number(value[0])));
    const sized = new ResizeObserver(() => made.resize());
    sized.observe(box.current);
    return () => {
      sized.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, []);

  useEffect(() => chart.current?.setOption(chartOption(input), true), [input]);

  return <div ref={box} className="chart" role="img" aria-label={label} data-points={input.points.length} />;
}
