// LANs and telephones for start-ups that ask for a certificate: a CA at .4, a proxy at .5, a time server at .6 of the office.

import type { LanConfig, LanScep, LanVlan } from "../../host/site/lan-config.js";
import { office, telephone } from "./lans.js";
import type { Played, Scenario } from "./scenario.js";

export const CA = "10.0.8.4";
export const PROXY = "10.0.8.5";
export const CLOCK = "10.0.8.6";
export const URL_OF_CA = `http://${CA}/scep`;

/** The office with a CA; what it answers is up to `scep`. */
export function certified(scep: Partial<LanScep> = {}, more: Partial<LanVlan> = {}): LanConfig {
  return office({}, {
    dns: { address: "10.0.8.1", names: { "ca.example.com": [CA], "proxy.example.com": [PROXY] } },
    scep: { address: CA, ...scep }, proxy: { address: PROXY, port: 3128 }, sntp: { address: CLOCK }, ...more,
  });
}

/** A chip that is quick to write, with the application that a start-up needs, and settings for certificates. */
export function asking(settings: Readonly<Record<string, string | number>>, more: Partial<Scenario> = {}): Omit<Scenario, "name"> {
  const lines = Object.entries({ SNTPSRVR: CLOCK, MYCERTURL: URL_OF_CA, ...settings }).map(([name, value]) => `SET ${name} "${value}"\n`);
  return {
    ...telephone, lan: certified(),
    files: {
      "96xxupgrade.txt": "GET 46xxsettings.txt\n",
      "46xxsettings.txt": `SET SIPSIGNAL 1\nSET SIPPROXYSRVR 10.0.8.3\n${lines.join("")}`,
    },
    ...more,
  };
}

/** The steps of certificates, each in a line without what differs from run to run. */
export function scepSteps({ events }: Played): string[] {
  return events.flatMap((event) => {
    if (event.event !== "scep") return [];
    const { n: _n, t: _t, event: _event, ...fields } = event;
    return [Object.entries(fields).map(([name, value]) => (name === "step" || name === "result" ? value : `${name} ${value}`)).join(", ")];
  });
}
