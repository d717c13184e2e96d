// Goal: every option of `offhook boot` that this release has becomes one typed value, and every other input says what to type instead.
// Method: good and bad values in tables through the parser; the command line itself as a child process for texts and exit codes.

import { spawnSync } from "node:child_process";
import t from "tap";
import { Key } from "../../hal/abi.js";
import { nearest } from "../../host/nearest.js";
import { parseBootOptions, type BootOptions } from "../../host/cli/options.js";

const MAIN = "build/js/host/cli/main.js";

t.test("without options it is the demonstration's telephone", (t) => {
  const options = parseBootOptions([]);
  t.same({ ...options, mac: [...options.mac] }, {
    network: { kind: "lan", name: "demo" }, listLans: false, model: "9640D01A", mac: [0, 4, 13, 18, 52, 86], serial: "07N540100001",
    asAsked: false, presets: [], faults: [],
    part: "W25Q128JV", trust: [], unsigned: false, strictHttp: false, waitSeconds: 0, seed: 1, keys: [], extension: "4001",
    password: "246810", logsIn: false,
    timeoutSeconds: 900, lenient: false, json: false, showSecrets: false, expectations: [], expectFiles: [],
  });
  t.end();
});

t.test("good values", (t) => {
  const cases: readonly [string[], Partial<BootOptions>][] = [
    [["--server", "http://files.example:8080/phones/96x0"], {
      network: {
        kind: "server",
        server: {
          secure: false, text: "http://files.example:8080/phones/96x0/", host: "files.example", port: 8080, directory: "phones/96x0",
        },
      },
    }],
    [["--server", "http://192.0.2.1"], {
      network: { kind: "server", server: { secure: false, text: "http://192.0.2.1/", host: "192.0.2.1", port: 80, directory: "" } },
    }],
    [["--lan", "list"], { listLans: true }],
    [["--strict-http"], { strictHttp: true }],
    [["--lan", "voice-vlan", "--site", "phones"], { network: { kind: "lan", name: "voice-vlan" }, site: "phones" }],
    [["--lan", "office.json", "--pcap", "x.pcapng"], { network: { kind: "lan-file", path: "office.json" }, pcap: "x.pcapng" }],
    [["--wire", "udp:5001:127.0.0.1:5000"],
      { network: { kind: "wire", wire: { kind: "udp", localPort: 5001, host: "127.0.0.1", port: 5000 } } }],
    [["--wire", "exec:vde_plug a[1]"], { network: { kind: "wire", wire: { kind: "exec", command: "vde_plug a[1]" } } }],
    [["--fault", "loss=0.5%", "--fault", "cut@download"], { faults: [{ kind: "loss", share: 0.005 }, { kind: "cut", state: "download" }] }],
    [["--model", "9630"], { model: "9630D01A" }],
    [["--model", "9630GD01A"], { model: "9630GD01A" }],
    [["--mac", "0004.0DAB.CDEF", "--user-agent", "Phone $MODEL4 $MACADDR"], { userAgent: "Phone 9640 00040dabcdef" }],
    [["--group", "7", "--set", "l2q=2", "--set", "SIPDOMAIN="], { presets: ["L2Q=2", "SIPDOMAIN=", "GROUP=7"] }],
    [["--set", "MYCERTDN=/C=US/O=x"], { presets: ["MYCERTDN=/C=US/O=x"] }],
    [["--bootname", "hb1.bin", "--appname", "as-asked"], { bootname: "hb1.bin", asAsked: true }],
    [["--appname", "SIP1.bin", "--script", "my.txt"], { appname: "SIP1.bin", asAsked: false, script: "my.txt" }],
    [["--option242", "HTTPSRVR=192.0.2.1,L2Q=1"], { option242: "HTTPSRVR=192.0.2.1,L2Q=1" }],
    [["--trust", "a.pem", "--trust", "b.pem", "--unsigned"], { trust: ["a.pem", "b.pem"], unsigned: true }],
    [["--part", "w25q512jv"], { part: "W25Q512JV" }],
    [["--fast"], { speed: "fast" }],
    [["--speed", "0.5", "--seed", "0"], { speed: 0.5, seed: 0 }],
    [["--server", "http://h/", "--wait", "20"], { waitSeconds: 20 }],
    [["--until", "none", "--timeout", "60", "--lenient", "--json", "--transcript", "t.txt", "--show-secrets"],
      { until: "none", timeoutSeconds: 60, lenient: true, json: true, transcript: "t.txt", showSecrets: true }],
    [["--key", "file-server:Program"], { keys: [{ when: { state: "file-server" }, keys: [{ softkey: "Program" }] }] }],
    [["--key", "12.5:5*"], { keys: [{ when: { seconds: 12.5 }, keys: [{ key: 0x35 }, { key: 0x2a }] }] }],
    [["--key", '"HTTP: 1":Mute 2 "Log in", Enter#up'], {
      keys: [{
        when: { text: "HTTP: 1" },
        keys: [{ key: Key.Mute }, { key: 0x32 }, { softkey: "Log in" }, { softkey: "Enter" }, { key: 0x23 }, { key: Key.Up }],
      }],
    }],
  ];
  for (const [args, expected] of cases) t.match(parseBootOptions(args), expected, args.join(" "));
  const macs = ["00:04:0d:12:34:56", "00-04-0D-12-34-56", "0004.0d12.3456", "00040d123456"];
  for (const mac of macs) t.strictSame([...parseBootOptions(["--mac", mac]).mac], [0, 4, 13, 18, 52, 86], mac);
  t.end();
});

t.test("a bad value says what to type instead", (t) => {
  const cases: readonly [string[], RegExp][] = [
    [["--sever", "x"], /has no option --sever; did you mean --server\?/],
    [["--frobnicate"], /--help` lists the options/],
    [["-x"], /has no option -x;/],
    [["--seed"], /--seed needs a value: --seed VALUE/],
    [["--seed", "-1"], /written --seed=VALUE/],
    [["--json=yes"], /--json takes no value; write just --json/],
    [["boot"], /takes options only; what is "boot" for\?/],
    [["--seed", "1.5"], /--seed "1\.5": a whole number from 0 to 2147483647/],
    [["--timeout", "0"], /from 1 to 86400/],
    [["--timeout", "1e3"], /a number from/],
    [["--group", "1000"], /from 0 to 999/],
    [["--group", "1", "--set", "group=2"], /say the same; leave one out/],
    [["--set", "SIG=1", "--set", "sig=2"], /--set SIG=… is given twice/],
    [["--set", "HTTPSRVR"], /NAME=VALUE is needed, such as/],
    [["--model", "96 40"], /four digits such as 9640/],
    [["--mac", "00:04:0d:12:34"], /six bytes in hex/],
    [["--mac", "00:04-0d:12:34:56"], /six bytes in hex/],
    [["--mac", "01:04:0d:12:34:56"], /first byte must be even/],
    [["--mac", "000000000000"], /no address of one device/],
    [["--bootname", "a/b.bin"], /without folders/],
    [["--appname", ""], /file name without folders/],
    [["--option242", "x".repeat(256)], /at most 255/],
    [["--user-agent", "a\r\nX: b"], /printable ASCII/],
    [["--server", "10.0.0.1"], /a URL is needed, such as --server http/],
    [["--server", "ftp://h/"], /must begin with http:.. or https:/],
    [["--server", "http://me:pw@h/"], /leave it out/],
    [["--server", "http://h/?a=b"], /leave out what follows/],
    [["--server", "http://[::1]/"], /IPv4 only/],
    [["--server", "http://h/p/96xxupgrade.txt"], /--script 96xxupgrade\.txt/],
    [["--server", "http://h/a,b/"], /without comma/],
    [["--server", `http://h/${"d".repeat(128)}/`], /at most 127/],
    [["--server", "http://h:0/"], /port 0/],
    [["--server", "http://h/", "--lan", "demo"], /two networks/],
    [["--wire", "udp:1:h:2", "--lan", "demo"], /two networks/],
    [["--wire", "tcp:1:h:2"], /udp:LPORT:HOST:RPORT or exec:COMMAND is needed/],
    [["--wire", "udp:0:h:2"], /udp:LPORT:HOST:RPORT or exec:COMMAND is needed/],
    [["--server", "http://h/", "--pcap", "x"], /--pcap needs frames, .* use --lan or --wire/],
    [["--server", "http://h/", "--fault", "loss=1%"], /--fault needs frames/],
    [["--server", "http://h/", "--site", "."], /--site is for the built-in far end/],
    [["--fault", "loss=101%"], /loss=5%.* is needed/],
    [["--fault", "cut@nowhere"], /"nowhere" is no state; one of power-up .* craft/],
    [["--fault", "power@3:half"], /power@OPERATION:MODEL:SEED is needed, three parts/],
    [["--fault", "power@3:haf:1"], /"haf" is no model; did you mean half\?/],
    [["--fault", "flash=lies:1"], /"lies" is no kind of fault; did you mean lie\?/],
    [["--lan", "power-nothing"], /the sweep has no such scenario; these are: power-first-install/],
    [["--lan", "power-update.2"], /update has the power-ups 1 to 1/],
    [["--ca-fingerprint", "12:34"], /40 hex digits \(SHA-1\) or 64 \(SHA-256\) are needed/],
    [["--lan", "nowhere"], /--lan list explains/],
    [["--fast", "--speed", "2"], /contradict/],
    [["--speed", "0"], /would never end/],
    [["--speed", "2000"], /from 0 to 1000/],
    [["--wait", "5"], /use it with --server URL/],
    [["--until", "logn"], /no state; did you mean login\?/],
    [["--until", "the-end-of-it"], /one of power-up .* or none/],
    [["--key", "Program"], /WHEN:KEYS is needed/],
    [["--key", "soon:5"], /"soon" is neither seconds nor a state/],
    [["--key", "5:$"], /"\$" is no key/],
    [["--key", "5: "], /no key follows/],
    [["--key", '5:"abc'], /is no key/],
  ];
  for (const [args, expected] of cases) {
    t.throws(() => parseBootOptions(args), { name: "UsageError", message: expected }, args.join(" ").slice(0, 60));
  }
  t.end();
});

t.test("extension and password belong together", (t) => {
  const cases: readonly [string[], RegExp][] = [
    [["--extension", "4001"], /--extension needs --password P/],
    [["--password", "x"], /--password needs --extension N/],
    [["--extension", "40 01", "--password", "x"], /1 to 64 letters, digits/],
    [["--extension", "4001", "--password", ""], /1 to 64 ASCII characters/],
  ];
  for (const [args, expected] of cases) t.throws(() => parseBootOptions(args), { name: "UsageError", message: expected }, args.join(" "));
  const login = { extension: "4001", password: "a b", logsIn: true };
  t.match(parseBootOptions(["--lan", "lossy", "--extension", "4001", "--password", "a b"]), login);
  t.match(parseBootOptions(["--lan", "lossy"]), { extension: undefined, logsIn: false }, "the demonstration's are its own");
  t.end();
});

t.test("a parameter that does not exist, or a value that it does not take", (t) => {
  const cases: readonly [string[], RegExp][] = [
    [["--set", `SIPDOMAIN=${"x".repeat(256)}`], /at most 255 characters of printable ASCII is needed/],
    [["--set", "FOO=1"], /no parameter of this name; these are: .* HTTPSRVR /],
    [["--set", "HTPPORT=80"], /no parameter of this name; did you mean HTTPPORT\?/],
    [["--set", "HTTPPORT=abc"], /--set HTTPPORT="abc": a whole number from 0 to 65535 is needed/],
    [["--set", "REUSETIME=19"], /a whole number from 20 to 999, or 0, is needed/],
    [["--set", "MTU_SIZE=1499"], /one of 1496 1500 is needed/],
    [["--set", "IPADD=10.0.0"], /an IPv4 address such as/],
    [["--set", "BOOTNAME=x"], /nobody sets this parameter; use --bootname NAME/],
    [["--serial", "s".repeat(32), "--set", `SIPDOMAIN=${"$SERIALNO".repeat(8)}`], /at most 255/],
  ];
  for (const [args, expected] of cases) {
    t.throws(() => parseBootOptions(args), { name: "UsageError", message: expected }, args.join(" ").slice(0, 60));
  }
  t.end();
});

t.test("the telephone's date, and https", (t) => {
  const dateOf = (text: string): number | undefined => parseBootOptions(["--date", text]).dateMs;
  t.equal(dateOf("2026-11-26"), Date.UTC(2026, 10, 26));
  t.equal(dateOf("2026-11-26T08:30"), Date.UTC(2026, 10, 26, 8, 30));
  t.equal(dateOf("2026-11-26T08:30:01+02:00"), Date.UTC(2026, 10, 26, 6, 30, 1));
  for (const text of ["26.11.2026", "2026-13-01", "2026-11-26T08:00+25:99"]) {
    t.throws(() => dateOf(text), { name: "UsageError", message: /a day is needed/ }, text);
  }
  for (const option of ["--ca", "--date"]) {
    t.throws(() => parseBootOptions(["--lan", "power-update", option, "2026-11-26"]), { message: /shows none: leave it out/ });
  }
  const secure = { secure: true, host: "files.example", directory: "p" };
  t.match(parseBootOptions(["--server", "https://files.example/p"]).network, { server: { ...secure, port: 443 } });
  t.match(parseBootOptions(["--server", "https://files.example:411/p"]).network, { server: { ...secure, port: 411 } });
  t.equal(parseBootOptions(["--ca", "ca.pem"]).ca, "ca.pem");
  t.end();
});

t.test("the nearest name", (t) => {
  const known = ["boot", "serve", "image", "bench"];
  t.strictSame(["bot", "boto", "iamge", "srve", "x", "frobnicate"].map((name) => nearest(name, known)),
    ["boot", "boot", "image", "serve", undefined, undefined]);
  t.end();
});

t.test("the command line: exit codes, and which of the two streams", (t) => {
  const cases: readonly [string[], number, RegExp, RegExp][] = [
    [["--help"], 0, /^Boots an Avaya[\s\S]+examples\n/, /^$/],
    [["boot", "--help"], 0, /usage: offhook boot[\s\S]+examples\n/, /^$/],
    [["help", "boot"], 0, /usage: offhook boot/, /^$/],
    [["help", "serve"], 0, /^Usage: offhook serve/, /^$/],
    [["help", "srve"], 2, /^$/, /did you mean `offhook serve`/],
    [["--version"], 0, /^offhook \d+\.\d+\.\d+\n$/, /^$/],
    [[], 2, /^$/, /^offhook: a command is missing: offhook boot/],
    [["bot"], 2, /^$/, /did you mean `offhook boot`\?/],
    [["constructor"], 2, /^$/, /no command "constructor"/],
    [["--server", "http://h/"], 2, /^$/, /did you mean `offhook boot --server`\?/],
    [["diff", "a"], 2, /^$/, /diff compares two files: offhook diff A\.ndjson B\.ndjson/],
  ];
  for (const [args, code, out, err] of cases) {
    const result = spawnSync(process.execPath, [MAIN, ...args], { encoding: "utf8" });
    const name = `offhook ${args.join(" ")}`;
    t.equal(result.status, code, name);
    t.match(result.stdout, out, name);
    t.match(result.stderr, err, name);
  }
  t.end();
});
