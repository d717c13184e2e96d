// Goal: every parameter starts at its default and keeps only values that its type, its range, its sources and their rank allow.
// Method: the rows of parameters.tsv are the judge of the table; ranks are tried for every pair of sources.

import { readFileSync } from "node:fs";
import t from "tap";
import { Source } from "../../../hal/events.js";
import { packParameters, readParameters } from "../../../tools/parameters.js";
import { ScriptMachine } from "../../support/script-machine.js";

const parameters = readParameters(readFileSync("core/settings/parameters.tsv", "latin1"));

t.test("every row of the table is found, in any case, with its default", (t) => {
  const machine = new ScriptMachine();
  parameters.forEach(({ name, initial }, index) => {
    t.equal(machine.find(name), index, name);
    t.equal(machine.find(name.toLowerCase()), index, name.toLowerCase());
    t.equal(machine.value(name), initial.replace("$SERIALNO", "06n512345678"), `${name}'s default`);
    t.equal(machine.source(name), "default");
  });
  for (const name of ["", "SIPDOMAI", "SIPDOMAINS", "NOSUCHNAME", "\0"]) t.equal(machine.find(name), -1, `no parameter ${name}`);
  t.end();
});

t.test("each default is in its own range, and both ends of a number's range hold", (t) => {
  const machine = new ScriptMachine();
  for (const parameter of parameters) {
    const source = sourceOf(parameter.sources);
    if (source === undefined) continue;
    const { name, type, least, most } = parameter;
    const taken = parameter.flags.includes("kept") ? "not-used" : "none";
    t.equal(machine.set(name, parameter.initial, source), taken, `${name}'s default`);
    if (!type.startsWith("number")) continue;
    t.equal(machine.set(name, `${least}`, source), taken, `${name} at least`);
    t.equal(machine.set(name, `${most}`, source), taken, `${name} at most`);
    t.equal(machine.set(name, `${most + 1}`, source), "out-of-range", `${name} above`);
    if (least > 1) t.equal(machine.set(name, `${least - 1}`, source), "out-of-range", `${name} below`);
    t.equal(machine.number(name), most, "what is not taken changes nothing");
  }
  t.end();
});

t.test("types: what each takes and refuses", (t) => {
  const machine = new ScriptMachine();
  const long = "x".repeat(256);
  const rows: readonly (readonly [name: string, value: string, why: string])[] = [
    ["SIPPORT", "", "not-a-number"], ["SIPPORT", "+5060", "not-a-number"], ["SIPPORT", "5060 ", "not-a-number"],
    ["SIPPORT", "0000005060", "none"], ["SIPPORT", "00000005060", "too-long"], ["SIPPORT", "4294972356", "out-of-range"],
    ["REUSETIME", "0", "not-used"], ["REUSETIME", "19", "out-of-range"], ["REUSETIME", "1000", "out-of-range"],
    ["SIPDOMAIN", long, "too-long"], ["SIPDOMAIN", long.slice(1), "none"], ["SIPDOMAIN", "a\tb", "not-allowed-character"],
    ["SIPDOMAIN", "\x7f", "not-allowed-character"], ["SIPDOMAIN", "~", "none"],
    ["SIPDOMAIN", "caf\xe9", "not-allowed-character"], ["SIPDOMAIN", "a b", "none"], ["SIPDOMAIN", "", "none"],
    ["HTTPDIR", "a b", "not-allowed-character"], ["HTTPDIR", "a".repeat(127), "none"], ["HTTPDIR", "a".repeat(128), "too-long"],
    ["LOGSRVR", "10.0.0.1,10.0.0.2", "not-allowed-character"], ["LOGSRVR", "10.0.0.1", "not-used"],
    ["PROCPSWD", "", "none"], ["PROCPSWD", "1234567", "none"], ["PROCPSWD", "12345678", "too-long"],
    ["PROCPSWD", "12a", "not-allowed-character"],
    ["MYCERTDN", "C=US", "not-allowed-character"], ["MYCERTDN", "/C=US/O=A B", "none"], ["MYCERTDN", "", "none"],
    ["MTU_SIZE", "1499", "not-one-of"], ["MTU_SIZE", "1496", "none"], ["MTU_SIZE", "", "not-one-of"],
    ["MTU_SIZE", "1496,1500", "not-one-of"],
    ["DOT1XEAPS", "tls", "not-used"], ["DOT1XEAPS", "PEAP", "not-one-of"],
  ];
  for (const [name, value, why] of rows) t.equal(machine.set(name, value, Source.Settings), why, `${name} ${value.slice(0, 20)}`);
  const addresses = [["10.0.0.1", "none"], ["", "not-an-address"], ["10.0.0", "not-an-address"], ["10.0.0.256", "not-an-address"],
    ["10.0.0.0001", "not-an-address"], ["255.255.255.255", "none"], ["10.0.0.1.2", "not-an-address"]] as const;
  for (const [value, why] of addresses) t.equal(machine.set("IPADD", value, Source.Dhcp), why, value);
  t.end();
});

t.test("sources: only those of the table", (t) => {
  const machine = new ScriptMachine();
  const letters: readonly (readonly [Source, string])[] = [
    [Source.Default, ""], [Source.Stored, "FC"], [Source.Lldp, "L"], [Source.Dhcp, "D"], [Source.Option242, "D"],
    [Source.Settings, "FS"], [Source.Script, "FS"], [Source.Craft, "C"], [Source.CommandLine, "FSDLC"],
  ];
  for (const { name, initial, sources } of parameters) {
    for (const [source, wanted] of letters) {
      const allowed = [...wanted].some((letter) => sources.includes(letter));
      const why = machine.set(name, initial, source);
      t.equal(why === "wrong-source", !allowed, `${name} from ${Source[source]}: ${why}`);
    }
  }
  t.end();
});

// The order of docs/STARTUP.md, Precedence; sources in one row are equal, and the later of them holds.
const RANKS = [
  [Source.Stored], [Source.Lldp], [Source.Dhcp], [Source.Option242], [Source.Settings, Source.Script], [Source.Craft, Source.CommandLine],
];
const LAYER2_RANKS = [
  [Source.Stored], [Source.Dhcp], [Source.Option242], [Source.Settings, Source.Script], [Source.Lldp], [Source.Craft, Source.CommandLine],
];

for (const [name, first, second, ranks] of [["HTTPSRVR", "a", "b", RANKS], ["L2QVLAN", "70", "80", LAYER2_RANKS]] as const) {
  t.test(`ranks of ${name}, every pair of sources`, (t) => {
    const rankOf = (source: Source): number => ranks.findIndex((row) => row.includes(source));
    for (const before of ranks.flat()) {
      for (const after of ranks.flat()) {
        const machine = new ScriptMachine();
        machine.set(name, first, before);
        const why = machine.set(name, second, after);
        const replaced = rankOf(after) >= rankOf(before);
        t.equal(why === "lower-rank", !replaced, `${Source[after]} after ${Source[before]}`);
        t.equal(machine.value(name), replaced ? second : first);
      }
    }
    t.end();
  });
}

t.test("USE_DHCP=1 sets aside a local address, and nothing else", (t) => {
  const machine = new ScriptMachine();
  machine.set("IPADD", "10.0.0.5", Source.CommandLine);
  t.equal(machine.value("IPADD"), "10.0.0.5", "until DHCP answers");
  t.equal(machine.set("IPADD", "10.0.8.9", Source.Dhcp), "none");
  t.equal(machine.set("IPADD", "10.0.0.6", Source.Craft), "lower-rank");
  machine.set("USE_DHCP", "0", Source.Craft);
  t.equal(machine.set("IPADD", "10.0.0.6", Source.Craft), "none");
  t.equal(machine.set("IPADD", "10.0.8.9", Source.Dhcp), "lower-rank");
  machine.set("USE_DHCP", "1", Source.Craft);
  machine.set("HTTPSRVR", "10.0.0.2", Source.Craft);
  t.equal(machine.set("HTTPSRVR", "10.0.8.2", Source.Dhcp), "lower-rank");
  t.end();
});

t.test("macros: a range is checked as written, what is kept is after replacement", (t) => {
  const machine = new ScriptMachine({ serial: "ab12", mac: [0, 4, 13, 0xab, 0xcd, 0xef] });
  const rows = [
    ["$MACADDR", "00040dabcdef"], ["$MACADDR_UPPER", "00040DABCDEF"], ["$SERIALNO", "ab12"], ["$SERIALNO_UPPER", "AB12"],
    ["$macaddr.txt", "00040dabcdef.txt"], ["x$MACADDR_UPPERx", "x00040DABCDEFx"], ["$MACADDR_UPPE", "00040dabcdef_UPPE"],
    ["$$SERIALNO$", "$ab12$"], ["$MACADD", "$MACADD"], ["$", "$"],
  ] as const;
  for (const [written, kept] of rows) {
    machine.set("SIPDOMAIN", written, Source.Settings);
    t.equal(machine.value("SIPDOMAIN"), kept, written);
  }
  t.equal(machine.set("SIPDOMAIN", "$MACADDR".repeat(21), Source.Settings), "none", "252 bytes after replacement");
  t.equal(machine.set("SIPDOMAIN", "$MACADDR".repeat(22), Source.Settings), "too-long", "264 bytes after replacement");
  t.equal(machine.value("SIPDOMAIN"), "00040dabcdef".repeat(21));
  t.equal(machine.set("MYCERTCN", "$macaddr", Source.Settings), "none");
  t.equal(machine.value("MYCERTCN"), "00040dabcdef");
  t.equal(machine.set("MYCERTCN", "00040dabcdef", Source.Settings), "not-one-of", "a choice is checked as written");
  t.end();
});

t.test("values do not disturb each other, at their longest too", (t) => {
  const machine = new ScriptMachine();
  const expected = new Map(parameters.map(({ name }) => [name, machine.value(name)]));
  for (const parameter of parameters) {
    const source = sourceOf(parameter.sources);
    if (source === undefined || !["text", "word", "one"].includes(parameter.type)) continue;
    const value = parameter.name[0]!.toLowerCase().repeat(parameter.most);
    machine.set(parameter.name, value, source);
    expected.set(parameter.name, value);
  }
  for (const [name, value] of expected) t.equal(machine.value(name), value, name);
  t.ok(packParameters(parameters).valueBytes <= 16384, "all slots are within their budget");
  t.end();
});

t.test("an event tells each change of value or source, and a report tells all", (t) => {
  const machine = new ScriptMachine();
  machine.set("SIG", "2", Source.Option242);
  machine.set("SIG", "2", Source.Option242);
  machine.set("SIG", "3", Source.Settings);
  machine.set("SIG", "2", Source.Settings);
  machine.set("SIG", "1", Source.Settings);
  machine.set("SIG", "0", Source.Dhcp);
  t.same(machine.changes(), ["SIG=2 option242", "SIG=2 settings", "SIG=1 settings"]);
  machine.events.length = 0;
  machine.call("parameters_report");
  t.equal(machine.events.length, parameters.length);
  t.ok(machine.changes().includes("SIG=1 settings"));
  t.ok(machine.changes().includes("MYCERTCN=06n512345678 default"));
  machine.call("parameters_init");
  t.equal(machine.value("SIG"), "0", "init forgets");
  t.end();
});

t.test("a table that cannot be read is refused with its line", (t) => {
  const good = "A\tnumber\t0\t1\t0\tF\t1.0\tused\t-\t-";
  t.equal(readParameters(good).length, 1);
  const bad = [
    good.replace("A", "a"), good.replace("number", "float"), good.replace("\t1\t", "\tx\t"), good.replace("F", "X"),
    good.replace("used", "unused"), good.replace("-\t-", "high\t-"), `${good}\t`, `${good}\n${good}`,
  ];
  for (const source of bad) t.throws(() => readParameters(source), { message: /parameters\.tsv:[12]: / }, JSON.stringify(source));
  t.end();
});

/** A source that this row allows. */
function sourceOf(sources: string): Source | undefined {
  if (sources.includes("F")) return Source.Settings;
  if (sources.includes("S")) return Source.Script;
  return sources.includes("C") ? Source.Craft : undefined;
}
