/** Section `page`: weight of the public page, and its load in Chromium on the networks of a telephone in a village. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Browser } from "playwright-core";
import { plantView } from "../../functions/disclosure/domain/plant-view.ts";
import type { DisclosureFacts } from "../../functions/disclosure/domain/facts.ts";
import { AS_OF, facts, heavyFacts, hoursOf, limit, outlet, permit, slots } from "../../functions/disclosure/fixture.ts";
import { page as render } from "../../functions/disclosure/page.ts";
import { HOUR } from "../../functions/shared/shanghai.ts";
import { loadRuleData } from "../../layers/rule-data.ts";
import { PAGE_CSP } from "../../web/disclosure/csp.ts";
import { launch } from "../browser/browser.ts";
import { median, type Figure, type Section } from "./section.ts";

const TARGET_BYTES = 14_000;
const ROUNDS = 3;
/** Round trip in ms and throughput in bit/s, as Chromium's and Lighthouse's presets of these names have them. */
const NETWORKS = {
  "slow 3G": { latency: 400, bits: 400_000 },
  "slow 4G": { latency: 150, bits: 1_600_000 },
} as const;

const rules = loadRuleData(new URL("../../layers/rule-data", import.meta.url).pathname);

/** One outlet with three limits: what most plants have. */
function usualFacts(): DisclosureFacts {
  const own = outlet("DA001", [
    limit("a21002", { basis: "converted", referenceO2: 9 }),
    limit("a21026"),
    limit("a34013", { max: 20 }),
  ]);
  const series = own.limits.map(({ pollutant }, i) => ({
    outlet: own.code,
    pollutant,
    minutes: 1,
    slots: slots(AS_OF - 24 * HOUR, AS_OF, 10 + 12 * i, 2, i),
  }));
  return facts({ permit: permit([own]), series, hours: series.flatMap((s) => hoursOf(s, 50, AS_OF)) });
}

/** Bytes over the wire. CloudFront compresses at quality 5 of brotli; its gzip is like level 6. */
export function weights(html: string): { html: number; gzip: number; brotli: number } {
  const raw = Buffer.from(html);
  return {
    html: raw.length,
    gzip: gzipSync(raw, { level: 6 }).length,
    brotli: brotliCompressSync(raw, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }).length,
  };
}

export async function page(): Promise<Section> {
  const pages = {
    "worst case": render(plantView(heavyFacts(), rules), rules),
    usual: render(plantView(usualFacts(), rules), rules),
  };
  const figures: Figure[] = Object.entries(pages).flatMap(([name, html]): Figure[] => {
    const { html: plain, gzip, brotli } = weights(html);
    const target = { at: "most" as const, value: TARGET_BYTES };
    return [
      { what: `${name}: page with gzip`, value: gzip, unit: "B", target, note: `${plain} B of HTML` },
      { what: `${name}: page with brotli`, value: brotli, unit: "B", target },
    ];
  });
  const site = await serveCompressed(
    new Map(Object.entries(pages).map(([name, html]) => [`/${name.replace(" ", "-")}`, html])),
  );
  const browser = await launch();
  try {
    for (const name of Object.keys(pages))
      for (const [network, conditions] of Object.entries(NETWORKS)) {
        // The bound of the page is its worst case; what most plants have is shown once.
        if (name === "usual" && network !== "slow 3G") continue;
        const runs: Load[] = [];
        for (let i = 0; i < ROUNDS; i++)
          runs.push(await load(browser, `${site.url}/${name.replace(" ", "-")}`, conditions));
        figures.push(
          {
            what: `${name}, ${network}: first contentful paint`,
            value: Math.round(median(runs.map((r) => r.painted))),
            unit: "ms",
          },
          { what: `${name}, ${network}: whole page`, value: Math.round(median(runs.map((r) => r.loaded))), unit: "ms" },
        );
      }
  } finally {
    await browser.close();
    await site.close();
  }
  return {
    name: "page",
    title: "Public page behind the QR code",
    figures,
    notes: [
      `worst case: three outlets of six pollutants with a noisy day; usual: one outlet with three. Brotli at quality 5, gzip at 6, as CloudFront`,
      `Chromium with an empty cache, network emulated (${Object.entries(NETWORKS)
        .map(([name, { latency, bits }]) => `${name}: ${latency} ms, ${bits / 1000} kbit/s`)
        .join(
          "; ",
        )}), median of ${ROUNDS}. The emulation delays requests: DNS, TCP and TLS add about three more round trips the first time`,
      "whole page: the load event. Style and script are in the page; the values are refreshed by one API call after it, which is not part of this",
    ],
  };
}

interface Load {
  painted: number;
  loaded: number;
}

async function load(
  browser: Browser,
  url: string,
  { latency, bits }: { latency: number; bits: number },
): Promise<Load> {
  const context = await browser.newContext({ viewport: { width: 360, height: 780 } });
  try {
    const tab = await context.newPage();
    const network = await context.newCDPSession(tab);
    await network.send("Network.enable");
    await network.send("Network.emulateNetworkConditions", {
      offline: false,
      latency,
      downloadThroughput: bits / 8,
      uploadThroughput: bits / 8,
    });
    await tab.goto(url, { waitUntil: "load", timeout: 10_000 });
    return await tab.evaluate<Load>(`new Promise((done, fail) => {
      setTimeout(() => fail(new Error("nothing was painted within five seconds")), 5000);
      const answer = (painted) => {
        const [navigation] = performance.getEntriesByType("navigation");
        done({ painted, loaded: navigation.loadEventStart });
      };
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (entry.name === "first-contentful-paint") answer(entry.startTime);
      }).observe({ type: "paint", buffered: true });
    })`);
  } finally {
    await context.close();
  }
}

/** The pages with brotli, as CloudFront sends them to a browser; anything else is 404. */
async function serveCompressed(pages: ReadonlyMap<string, string>): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const html = pages.get(request.url ?? "");
    if (html === undefined) return void response.writeHead(404).end();
    const body = brotliCompressSync(Buffer.from(html), { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
    response.writeHead(200, {
      "content-type": "text/html; charset=utf-8",
      "content-encoding": "br",
      "content-length": body.length,
      "content-security-policy": PAGE_CSP,
    });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
