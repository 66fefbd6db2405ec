/** Section `cost`: calls and units counted on the machine × dated prices → dollars per plant and month. */
import { loadPrices } from "../../layers/prices.ts";
import { synthesizeApart } from "../../infra/local/synthesize-apart.ts";
import { batchesPerMinute, CITY, costLines, smsDollars, total, type Assumptions } from "./cost-model.ts";
import { LEVERS, type Case } from "./cost-levers.ts";
import { countCost, type Measured } from "./cost-run.ts";
import { templateFacts, type TemplateFacts } from "./cost-template.ts";
import type { Figure, Section } from "./section.ts";

const TARGET = 0.03;
export async function cost(): Promise<Section> {
  const template = templateFacts(await synthesizeApart());
  return costSection(await countCost(), template, Date.now());
}

/** @param at epoch ms whose prices are in force */
export function costSection(m: Measured, template: TemplateFacts, at: number): Section {
  const prices = loadPrices(new URL("../../layers/rule-data", import.meta.url).pathname, "aws");
  const city = { ...CITY, shards: template.shards ?? CITY.shards };
  const sumOf = (change: Partial<Assumptions> = {}, t = template, counted = m): number =>
    total(costLines(counted, t, prices, at, { ...city, ...change }));
  const lines = costLines(m, template, prices, at, city).sort((a, b) => b.dollars - a.dollars);
  const dollars = (what: string, value: number, more: Partial<Figure> = {}): Figure => ({
    what,
    value,
    unit: "$/plant-month",
    ...more,
  });
  const base = sumOf();
  const now = { m, t: template, a: city };
  const sumAt = (x: Case): number => total(costLines(x.m, x.t, prices, at, x.a));
  return {
    name: "cost",
    title: "Cost per plant and month, us-east-1 list, no free tier",
    figures: [
      dollars("before text messages, 1 % of time at risk, after a year", base, {
        target: { at: "most", value: TARGET },
        note: `largest: ${lines
          .slice(0, 3)
          .map((l) => `${l.service} ${l.what}`)
          .join("; ")}`,
      }),
      ...lines.map((l) => dollars(`${l.service}: ${l.what}`, l.dollars, { note: l.formula })),
      dollars("the same in the first month", sumOf({ months: 1 })),
      dollars("the same after five years", sumOf({ months: 60 }), { note: "archive and ledger are never deleted" }),
      dollars("the same with a connection a plant", sumOf({ connections: city.plants })),
      dollars("the same when a shard's batches meet any environment", sumOf({}, template, { ...m, steady: m.mixed }), {
        note: `block writes refused ${(100 * refusedShare(m)).toFixed(0)} %; Lambda gives no shard its own environment`,
      }),
      dollars("the same with half, twice the processor time", sumOf({ coreRatio: 2 }), {
        note: `twice: ${sumOf({ coreRatio: 0.5 }).toFixed(4)}`,
      }),
      ...LEVERS.map(({ what, pull }) => dollars(`lever: ${what}`, sumAt(pull(now)) - base)),
      dollars("with all levers", sumAt(LEVERS.reduce((x, { pull }) => pull(x), now)), {
        target: { at: "most", value: TARGET },
      }),
      ...[0.0001, 0.001, 0.01].map((share) =>
        dollars(`text messages at ${share * 100} % of time at risk`, smsDollars(m, prices, at, share), {
          note: `${(m.sms.messages / m.sms.plantHours).toFixed(1)} messages, ${(m.sms.segments / m.sms.plantHours).toFixed(1)} parts an hour at risk`,
        }),
      ),
    ],
    notes: notesOf(m, template, city),
    details: { lines, assumptions: city, template, measured: m },
  };
}

/** Refused statements and transactions among the writes of ingest, where two processes took turns with a shard. */
function refusedShare(m: Measured): number {
  const rows = m.mixed.consumed.filter((r) => r.caller === "ingest-telemetry" && r.table === "blocks");
  const refused = rows.reduce((sum, r) => sum + r.refused, 0);
  const messages = (m.plants.calm + m.plants.hot) * m.mixed.minutes;
  return refused / (messages + refused);
}

const notesOf = (m: Measured, t: TemplateFacts, a: Assumptions): string[] => [
  `counted: ${m.plants.calm + m.plants.hot} plants (${m.plants.hot} above a limit all the time), three outlets with six pollutants, a bundle of ${m.message.payload} B a minute, ${m.archive.messages} messages; the day before is copied from their own blocks and verdicts`,
  `units are those of the engine (checked in cost-engine.test.ts); a failed condition counts as one write; what the machine itself asks is not counted`,
  `the run's batches are not the cloud's: invocations and archive uploads follow from ${a.shards} shards × ${batchesPerMinute(t, a)} batches in the ${a.burstSeconds} seconds of each minute in which messages come (a window of ${t.windowMs / 1000} s, at most ${t.batchSize} messages), processor time per message is the run's (small batches: too high rather than too low)`,
  `processor time is this machine's: a core here counts as ${a.coreRatio} core of Lambda at 1,769 MB, a smaller function waits for its share; ${a.waitMs} ms of waiting an invocation are assumed`,
  `assumed: ${a.plants} plants, ${a.connections} gateways, ${a.atRisk * 100} % of time at risk, ${a.views} page views a plant and month, provisioned capacity used as auto-scaling aims at (writes ${t.blocksTarget.write * 100} %, reads ${t.blocksTarget.read * 100} %), ${a.months} months stored`,
  ...LEVERS.map(({ what, how }) => `lever, ${what}: ${how}`),
  `not in the sum: permits' import, failures, WAF, support, tax; prices.json says how sure each price is. aws-cn: IoT, Kinesis, Lambda and S3 prices were not found, so no sum is made`,
];
