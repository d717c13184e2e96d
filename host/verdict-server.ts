// A list of servers that is not written as the telephone reads it, or whose names nobody resolves: said instead of "not reached".
//
// In: one start-up and a request that got no connection. Out: cause and advice, or undefined where the item is a server like any other.

import { nearest } from "./nearest.js";
import type { Evidence, HttpEvent, OptionEvent } from "./event-types.js";
import type { StartUp } from "./verdict-types.js";

interface Wording {
  readonly cause: string;
  readonly advice: string;
}

/** An address or a name. */
const HOST = /^[A-Za-z0-9._-]+$/;
const ADDRESS = /^[0-9.]+$/;
/** What people write instead: a URL, or a part of one. */
const URL_PARTS = /^(?:https?:\/\/)?([A-Za-z0-9._-]+)(?::(\d+))?(?:\/(.*?))?\/*$/i;

/** What is wrong with the item of `list` (HTTPSRVR or TLSSRVR) that the request went to, as far as it went. */
export function listFault(run: StartUp, request: HttpEvent, list: string): Wording | undefined {
  const item = String(request.server ?? "");
  if (item === "" || (request.error !== "no-name" && request.error !== "timed-out")) return undefined;
  if (!HOST.test(item)) return { cause: `${list} has "${item}", which is neither an address nor a name`, advice: itemAdvice(item, list) };
  if (ADDRESS.test(item) || request.error !== "timed-out") return undefined;
  return unresolved(run, request, item);
}

function itemAdvice(item: string, list: string): string {
  const [, host, port, folder = ""] = URL_PARTS.exec(item) ?? [];
  if (host === undefined) return `write ${list} as addresses or names with commas between, such as ${list}=192.0.2.1,192.0.2.2`;
  const [portName, folderName] = list === "TLSSRVR" ? ["TLSPORT", "TLSDIR"] : ["HTTPPORT", "HTTPDIR"];
  const more = [...(port === undefined ? [] : [`${portName}=${port}`]), ...(folder === "" ? [] : [`${folderName}=${folder}`])];
  return ["write the address or name alone", [`${list}=${host}`, ...more].join(",")].join(": ");
}

/** Without a name server nobody is asked, and no time passes; else either it or the server was silent. */
function unresolved(run: StartUp, request: HttpEvent, item: string): Wording {
  const dns = run.facts.parameters.get("DNSSRVR")?.value ?? "";
  const before = run.events.findLast(({ n }) => n < request.n);
  if (dns === "" && before?.t === request.t) {
    return {
      cause: `${item} is a name, and the telephone knows no DNS server (DNSSRVR is empty)`,
      advice: "name the server by its address, or let DHCP say a DNS server (option 6, or DNSSRVR in option 242)",
    };
  }
  const server = dns === "" ? "the machine's DNS server" : `DNSSRVR (${dns})`;
  return {
    cause: `${item} did not answer in time, or no DNS server said its address`,
    advice: `check that ${server} knows ${item}, and the server's port and the firewall between`,
  };
}

/** Items of option 242 that may have been meant for the file server's address, the first that is. */
export function misspelt(run: StartUp): (Wording & { readonly evidence: readonly Evidence[] }) | undefined {
  const wrong = run.events.flatMap((event) => (event.event === "option" && isMeant(event) ? [event] : []))[0];
  if (wrong === undefined) return undefined;
  const { n, name = "", value = "" } = wrong;
  const [word = "", rest = ""] = name.split(/[^A-Za-z0-9_]+(.*)/s);
  const meant = meantName(word) ?? "HTTPSRVR";
  const what = wrong.effect === "unknown" ? `"${name}", which no telephone knows` : `"${name}", which is no NAME=VALUE`;
  return {
    evidence: [{ event: n }], cause: `option 242 has ${what}`,
    advice: `let DHCP option 242 say ${meant}=${(value === "" ? rest : value) || "ADDRESS"}`,
  };
}

function isMeant({ name = "", effect }: OptionEvent): boolean {
  return (effect === "unknown" || effect === "invalid") && meantName(name.split(/[^A-Za-z0-9_]+/, 1)[0] ?? "") !== undefined;
}

function meantName(word: string): string | undefined {
  return nearest(word, ["httpsrvr", "tlssrvr"])?.toUpperCase();
}
