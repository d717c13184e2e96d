// The secrets of a scenario: passwords of its user, and values of secret parameters in its files, its presets and its option 242.

import { isHidden } from "../../host/secrets.js";
import type { LanConfig } from "../../host/site/lan-config.js";

/** The parts of a scenario that can hold one. */
interface Scenario {
  readonly identity?: { readonly password?: string; readonly presets?: readonly string[] };
  readonly files?: object;
  readonly lan?: LanConfig;
  readonly dhcp?: { readonly option242?: string };
}

/** Shorter ones stand in other texts by chance. */
const CHARACTERS_MIN = 5;
const LINE = /^[ \t]*SET[ \t]+(\S+)[ \t]+"?([^"\r\n]+?)"?[ \t]*$/gim;
const ITEM = /([A-Za-z0-9_]+)=("[^"]*"|[^,]*)/g;

/** The secrets that stand in what was printed. */
export function leaksOf(scenario: Scenario, printed: string): string[] {
  return plantedSecrets(scenario).filter((secret) => printed.includes(secret)).map((secret) => `the secret ${secret} is shown`);
}

function plantedSecrets({ identity, files, lan, dhcp }: Scenario): string[] {
  const texts = Object.values(files ?? {}).flatMap((file) => (typeof file === "string" ? [file] : []));
  const options = [...(lan?.vlans ?? []).map((vlan) => vlan.dhcp), dhcp].map((each) => each?.option242 ?? "");
  const named = [
    ...texts.flatMap((text) => [...text.matchAll(LINE)]),
    ...[...options, ...(identity?.presets ?? [])].flatMap((text) => [...text.matchAll(ITEM)]),
  ].flatMap(([, name = "", value = ""]) => (isHidden(name) ? [value.replaceAll('"', "")] : []));
  return [identity?.password ?? "", ...named].filter((secret) => secret.length >= CHARACTERS_MIN);
}
