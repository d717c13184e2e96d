// Goal: a LAN file is refused for every fault, by its JSON path and with the way out; the built-in LANs are right.
// Method: one good file, and a table of changes to it with the path and words of the finding; the shipped schema is compared
// with the one that checks.

import t from "tap";
import { readFileSync } from "node:fs";
import { LanConfigError, lanFindings, parseSubnet, readLanConfig } from "../../host/site/lan-config.js";
import { LAN_SCHEMA } from "../../host/site/lan-schema.js";
import { builtInLan, lanList, LAN_NAMES } from "../../host/site/lans.js";
import { schemaFindings, type Schema } from "../../host/site/json-schema.js";

/** Every member once. */
const GOOD = {
  $schema: "./lan.schema.json",
  summary: "everything",
  port: {
    speed: 100,
    duplex: "half",
    vlan: 1,
    voiceVlan: 232,
    allowedVlans: [233],
    lldp: {
      sends: "med-after-hearing",
      intervalSeconds: 5,
      portVlan: false,
      policy: { vlan: 232, tagged: true, priority: 6, dscp: 46, unknown: false },
      vlanNames: [{ vlan: 232, name: "voice" }],
      avaya: { oui: "00-40-0D", callServers: ["10.0.8.3"], fileServers: [], framing: 1 },
    },
  },
  cable: { delayMicroseconds: 100, loss: 5, duplicate: 2, reorder: 5, flip: 0.1 },
  vlans: [{
    id: 1,
    subnet: "10.0.8.0/24",
    dhcp: {
      server: "10.0.8.1", pool: ["10.0.8.50", "10.0.8.199"], leaseSeconds: null, renewSeconds: 0, rebindSeconds: 10,
      routers: ["10.0.8.1"], dns: [], domain: "example.com", logServers: ["10.0.9.1"], ntpServers: ["10.0.9.1"], mtu: 1496,
      option242: "L2Q=1", options: { 43: "0102ff" }, nextServer: "10.0.9.1", authoritative: true, overload: true, silentSeconds: 5,
    },
    routers: [{ address: "10.0.8.1", answers: true }, { address: "10.0.9.1", answers: false }],
    dns: { address: "10.0.8.1", names: { "files.example.com": ["10.0.8.2"] } },
    taken: ["10.0.8.50"],
    fileServer: {
      address: "10.0.8.2", port: 8080, files: { "96xxupgrade.txt": "# END\n", "dir/x.bin": "" }, thinkMilliseconds: 10,
      answers: [{ path: "/96xxupgrade.txt", times: 2, status: 503 }, { slow: 2000.5 }],
    },
    callServer: { address: "10.0.8.3", port: 5061 },
  }],
};

type Json = Record<string, unknown>;

/** The good file with the value at a path replaced; undefined removes it. */
function changed(path: string, value: unknown): unknown {
  const copy = structuredClone(GOOD) as Json;
  const names = path.split("/").slice(1);
  const last = names.pop()!;
  const place = names.reduce((object, name) => object[name] as Json, copy);
  if (value === undefined) delete place[last];
  else place[last] = value;
  return copy;
}

t.test("a file with every member, and the smallest one", (t) => {
  t.same(lanFindings(GOOD), []);
  t.same(lanFindings({ vlans: [{ id: 1, subnet: "10.0.8.0/24" }] }), []);
  t.same(readLanConfig(`\ufeff${JSON.stringify(GOOD)}`, "x.json").vlans[0]!.id, 1);
  t.end();
});

const DHCP = "/vlans/0/dhcp";
const FILES = "/vlans/0/fileServer";
const WRONG: [change: string, value: unknown, path: string, message: RegExp][] = [
  ["/vlans", undefined, "", /"vlans" is missing; wanted: 1 to 64 VLANs/],
  ["/vlans", [], "/vlans", /0 entries; wanted: 1 to 64 VLANs/],
  ["/vlan", {}, "/vlan", /"vlan" is not known here; these are: \$schema, summary, time, port, cable, vlans/],
  ["/port/speed", 42, "/port/speed", /42 is not one of 0, 10, 100, 1000/],
  ["/port/speed", "100", "/port/speed", /"100" is not one of/],
  ["/port/duplex", "auto", "/port/duplex", /"auto" is not one of "full", "half"/],
  ["/port/vlan", 4095, "/port/vlan", /4095: wanted: the untagged VLAN, 1 to 4094/],
  ["/port/voiceVlan", 1, "/port/voiceVlan", /1 is the untagged VLAN/],
  ["/port/allowedVlans/0", 1.5, "/port/allowedVlans/0", /1.5 is a number; wanted: a VLAN from 1 to 4094/],
  ["/port/lldp/sends", "never", "/port/lldp/sends", /"always", "med-after-hearing", "after-hearing"/],
  ["/port/lldp/policy/tagged", undefined, "/port/lldp/policy", /"tagged" is missing; wanted: the policy's tagged bit/],
  ["/port/lldp/policy/tagged", 1, "/port/lldp/policy/tagged", /1 is a number; wanted: the policy's tagged bit/],
  ["/port/lldp/policy/dscp", 64, "/port/lldp/policy/dscp", /64: wanted: a DSCP, 0 to 63/],
  ["/port/lldp/vlanNames/0/name", "ä", "/port/lldp/vlanNames/0/name", /1 to 32 ASCII characters/],
  ["/port/lldp/avaya/callServers/0", "10.0.8", "/port/lldp/avaya/callServers/0", /wanted: an IPv4 address such as 10.0.8.2/],
  ["/cable/loss", 101, "/cable/loss", /101: wanted: per cent of the frames, 0 to 100/],
  ["/cable/loss", -1, "/cable/loss", /-1/],
  ["/vlans/0/id", 0, "/vlans/0/id", /0: wanted: a VLAN from 1 to 4094/],
  ["/vlans/0/subnet", "10.0.8.0", "/vlans/0/subnet", /such as 10.0.8.0\/24/],
  ["/vlans/0/subnet", "10.0.8.0/31", "/vlans/0/subnet", /8 to 30/],
  ["/vlans/0/subnet", "10.0.8.1/24", "/vlans/0/subnet", /"10.0.8.1\/24" is no network; its host bits are 0/],
  ["/vlans/0/subnet", "10.0.300.0/24", "/vlans/0/subnet", /is no network/],
  ["/vlans/0/scep", { address: "10.0.8.4", decision: "maybe" }, "/vlans/0/scep/decision", /not one of "approve", "reject", "pending"/],
  ["/vlans/0/scep", { address: "10.0.9.4" }, "/vlans/0/scep/address", /no host address of/],
  ["/vlans/0/proxy", {}, "/vlans/0/proxy", /address/],
  ["/time", "2026-02-31T00:00:00Z", "/time", /no date; write it as/],
  [`${FILES}/tls`, true, `${FILES}/tls`, /true is a boolean; wanted: HTTPS on a port beside HTTP/],
  [`${FILES}/tls`, { to: "2023-02-29" }, `${FILES}/tls/to`, /"2023-02-29" is no day/],
  [`${FILES}/tls`, { key: "a.key" }, `${FILES}/tls`, /`certificate` and `key` belong together/],
  [`${FILES}/tls`, { plain: true, names: ["a"] }, `${FILES}/tls/names`, /leave it out beside plain/],
  [`${FILES}/tls`, { certificate: "a", key: "b", plain: true }, `${FILES}/tls/plain`, /shows no certificate/],
  [`${FILES}/tls`, { names: [] }, `${FILES}/tls/commonName`, /needs one/],
  [`${FILES}/tls`, { port: 8080 }, `${FILES}/tls/port`, /is the one without TLS/],
  [`${DHCP}/pool`, undefined, DHCP, /"pool" is missing; wanted: \[first, last\] address/],
  [`${DHCP}/pool`, ["10.0.8.50"], `${DHCP}/pool`, /1 entries; wanted: \[first, last\] address/],
  [`${DHCP}/pool/1`, "10.0.9.99", `${DHCP}/pool/1`, /"10.0.9.99" is no host address of 10.0.8.0\/24; 10.0.8.1 to 10.0.8.254 are/],
  [`${DHCP}/pool/0`, "10.0.8.0", `${DHCP}/pool/0`, /is no host address/],
  [`${DHCP}/pool/1`, "10.0.8.255", `${DHCP}/pool/1`, /is no host address/],
  [`${DHCP}/pool/1`, "10.0.8.49", `${DHCP}/pool`, /the last address comes before the first; exchange them/],
  [`${DHCP}/leaseSeconds`, 0, `${DHCP}/leaseSeconds`, /null sends no lease time/],
  [`${DHCP}/leaseSeconds`, "1h", `${DHCP}/leaseSeconds`, /"1h" is a string; wanted: seconds from 1/],
  [`${DHCP}/option242`, "x".repeat(256), `${DHCP}/option242`, /256 characters; 0 to 255 are possible/],
  [`${DHCP}/option242`, "L2Q=1\n", `${DHCP}/option242`, /printable ASCII/],
  [`${DHCP}/options/255`, "00", `${DHCP}/options/255`, /the name "255": wanted: an option code from 1 to 254/],
  [`${DHCP}/options/43`, "123", `${DHCP}/options/43`, /bytes in hex/],
  [`${DHCP}/silent`, true, `${DHCP}/silentSeconds`, /silent for ever already; leave one out/],
  ["/vlans/0/taken/0", "10.0.8.2", "/vlans/0/taken/0", /has a service of this LAN/],
  ["/vlans/0/dns/names/a b", ["10.0.8.2"], "/vlans/0/dns/names/a b", /a name such as files.example.com/],
  ["/vlans/0/dns/names/x", [], "/vlans/0/dns/names/x", /1 to 31 addresses/],
  [`${FILES}/address`, undefined, FILES, /"address" is missing; wanted: an IPv4 address/],
  [`${FILES}/folder`, "x", FILES, /exactly one of demo, files, folder is needed, and files and folder are given/],
  [`${FILES}/files`, undefined, FILES, /exactly one of demo, files, folder is needed, and none is given/],
  [`${FILES}/demo`, false, `${FILES}/demo`, /false is not one of true/],
  [`${FILES}/answers/0/html`, true, `${FILES}/answers/0`, /status and html are given/],
  [`${FILES}/answers/0/status`, undefined, `${FILES}/answers/0`, /exactly one of status, html, .*and none is given/],
  [`${FILES}/answers/0/status`, 700, `${FILES}/answers/0/status`, /a status from 200 to 599/],
  [`${FILES}/answers/0/path`, "x", `${FILES}/answers/0/path`, /a path such as \/46xxsettings.txt/],
];

t.test("each fault by its path, with what is possible there", (t) => {
  for (const [change, value, path, message] of WRONG) {
    const findings = lanFindings(changed(change, value));
    const isFound = findings.some((finding) => finding.path === path && message.test(finding.message));
    t.ok(isFound, `${change} = ${JSON.stringify(value)?.slice(0, 40)}: ${JSON.stringify(findings)}`);
  }
  t.end();
});

t.test("what spans VLANs, and names that a pointer must escape", (t) => {
  const vlan = { id: 7, subnet: "10.0.0.0/8" };
  t.same(lanFindings({ vlans: [vlan, { id: 8, subnet: "10.0.0.0/8" }, vlan] }), [
    { path: "/vlans/2/id", message: "VLAN 7 is described twice; put both into one" },
  ]);
  const pool = (last: string) => lanFindings({ vlans: [{ ...vlan, dhcp: { pool: ["10.0.0.1", last] } }] });
  t.match(pool("10.1.0.1"), [{ path: "/vlans/0/dhcp/pool", message: /more than 65536/ }]);
  t.same(pool("10.1.0.0"), []);
  t.match(lanFindings({ vlans: [vlan], "a/b~c": 1 }), [{ path: "/a~1b~0c", message: /"a\/b~c" is not known here/ }]);
  t.match(lanFindings({ vlans: [{ ...vlan, constructor: 1 }] }), [{ path: "/vlans/0/constructor", message: /not known here/ }]);
  t.same([null, [], 1, "x"].map((value) => lanFindings(value).map(({ path }) => path)), [[""], [""], [""], [""]]);
  t.end();
});

t.test("the error names the file, the path and every fault", (t) => {
  const text = JSON.stringify({ port: { speed: 7 }, vlans: [{ id: 0, subnet: "x" }] });
  t.throws(() => readLanConfig(text, "lan.json"), new LanConfigError("lan.json", [
    { path: "/port/speed", message: "7 is not one of 0, 10, 100, 1000" },
    { path: "/vlans/0/id", message: "0: wanted: a VLAN from 1 to 4094" },
    { path: "/vlans/0/subnet", message: '"x": wanted: a network and the bits of its mask, 8 to 30, such as 10.0.8.0/24' },
  ]));
  t.throws(() => readLanConfig("{", "lan.json"), /^lan.json \/: this is no JSON: /);
  const many = { vlans: Array.from({ length: 20 }, () => ({})) };
  t.throws(() => readLanConfig(JSON.stringify(many), "x.json"), /x.json: 32 more$/);
  t.end();
});

t.test("every built-in LAN is right, and the list has a line for each", (t) => {
  t.same(LAN_NAMES, ["demo", "voice-vlan", "vlan-loop", "conflict", "bad-router", "no-dhcp", "scep-pending", "lossy"]);
  for (const name of LAN_NAMES) t.same(lanFindings(JSON.parse(JSON.stringify(builtInLan(name)))), [], name);
  t.equal(builtInLan("toString"), undefined);
  const lines = lanList().trimEnd().split("\n");
  t.equal(lines.length, LAN_NAMES.length);
  lines.forEach((line, index) => t.match(line, new RegExp(`^${LAN_NAMES[index]} +\\S.{20,}$`)));
  t.end();
});

t.test("the shipped schema is the one that checks, and a rule that is not understood is no rule", (t) => {
  t.same(JSON.parse(readFileSync("host/site/lan.schema.json", "utf8")), JSON.parse(JSON.stringify(LAN_SCHEMA)), "npm run generate");
  t.throws(() => schemaFindings({ uniqueItems: true } as unknown as Schema, []), /keyword uniqueItems is not understood/);
  t.throws(() => schemaFindings({ $ref: "#/$defs/none" }, 1), /the schema has no/);
  t.end();
});

t.test("docs/LAN.md: its examples are right and no member is missing", (t) => {
  const page = readFileSync("docs/LAN.md", "utf8");
  const examples = [...page.matchAll(/^```json\n(.*?)^```$/gms)].map(([, text = ""]) => text);
  t.equal(examples.length, 2);
  for (const text of examples) t.ok(readLanConfig(text, "docs/LAN.md").vlans.length > 0);
  const members = (schema: Schema): string[] => [
    ...Object.entries(schema.properties ?? {}).flatMap(([name, member]) => [name, ...members(member)]),
    ...(schema.items === undefined ? [] : members(schema.items)),
  ];
  const all = members(LAN_SCHEMA);
  t.ok(all.length > 60, `${all.length}`);
  t.same(all.filter((name) => !page.includes(`\`${name}\``) && !page.includes(`"${name}"`)), []);
  t.end();
});

t.test("subnets", (t) => {
  t.same(parseSubnet("10.0.8.0/24"), { network: 0x0a000800, mask: 0xffffff00 });
  t.same(parseSubnet("192.168.1.4/30"), { network: 0xc0a80104, mask: 0xfffffffc });
  t.same(parseSubnet("10.0.0.0/8"), { network: 0x0a000000, mask: 0xff000000 });
  t.equal(parseSubnet("10.0.0.1/8"), undefined);
  t.end();
});
