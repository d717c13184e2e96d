// Goal: nothing that is a secret is printed by any command that hides secrets, wherever it came from. Method: the texts one by one; then
// one site with another secret in each place where one can be, run through every command and output, which are searched for all of them.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { execPath } from "node:process";
import t from "tap";
import { isHidden, isSecret, maskOption, maskStatement, maskUrl } from "../../host/secrets.js";

t.test("statements, option 242 and URLs without what is secret in them", (t) => {
  const statements: [string, string][] = [
    ["SET PROCPSWD 4711", "SET PROCPSWD ***"], ['SET SIPPASSWORD "a b", "c"', "SET SIPPASSWORD ***"],
    ["set procpswd\t1 # 2", "set procpswd\t***"], ["SET SIPPASSWORD: x", "SET SIPPASSWORD: ***"],
    ["SET SNMPSTRING a,b c", "SET SNMPSTRING ***"], ["ADD WLAN_PASSWORD x", "ADD WLAN_PASSWORD ***"],
    ["SIPPASSWORD = x", "SIPPASSWORD = ***"],
    ["IF $PROCPSWD SEQ 4711 GOTO OUT", "IF $PROCPSWD SEQ *** GOTO OUT"],
    ['IF $PROCPSWD SEQ "47 11" GOTO OUT', "IF $PROCPSWD SEQ *** GOTO OUT"],
    ["SET GUEST_PASSWORD x", "SET GUEST_PASSWORD ***"], ["## SET PPMPASSWORD x y", "## SET PPMPASSWORD ***"],
    ['SET "PROCPSWD" 1', 'SET "PROCPSWD" ***'], ['SET PROCPSWD"1"', 'SET PROCPSWD"***'], ["SET PROCPSWD, 1", "SET PROCPSWD, ***"],
    ["SET PROCPSWD;1", "SET PROCPSWD;***"], ["SET PROCPSWD\u00a01", "SET PROCPSWD\u00a0***"],
    ["SET SIP_PASSWORD_1 x", "SET SIP_PASSWORD_1 ***"],
    ["SET NVIKEPSK x", "SET NVIKEPSK ***"], ["SET MAIL_PASSPHRASE x", "SET MAIL_PASSPHRASE ***"], ['SET "PROCPSWD"', 'SET "PROCPSWD"'],
    ['IF $PROCPSWD SEQ "47 11 GOTO OUT', "IF $PROCPSWD SEQ ***"], ["IF 4711 SEQ $PROCPSWD GOTO OUT", "IF *** SEQ $PROCPSWD ***"],
    ["SET HTTPPROXY me:pw@proxy:3128", "SET HTTPPROXY ***@proxy:3128"], ["SET MYCERTURL http://me:p@w@ca/", "SET MYCERTURL http://***@ca/"],
    ["GET a.php?mac=1&password=x&b=2", "GET a.php?mac=1&password=***"], ["SET X sip:4001@example.com", "SET X sip:4001@example.com"],
    ["SET X sips:4001:pw@example.com:5061", "SET X sips:4001:***@example.com:5061"],
    ["SET X sip:example.com:5060 a@b", "SET X sip:example.com:5060 a@b"],
    ["SET PKCS12_PASSWD_RETRY 3", "SET PKCS12_PASSWD_RETRY 3"], ["SET CLEAR_EXTPSWD_ON_LOGOUT 1", "SET CLEAR_EXTPSWD_ON_LOGOUT 1"],
    ["SET PROCPSWD", "SET PROCPSWD"], ["SET XPROCPSWDX 1", "SET XPROCPSWDX 1"], ["SET PROCSTAT 1", "SET PROCSTAT 1"],
    ["SET MYCERTURL http://me:pw@ca/scep", "SET MYCERTURL http://***@ca/scep"], ["GET 46xxsettings.txt", "GET 46xxsettings.txt"],
    ["GET sip_password.txt", "GET sip_password.txt"], ["GET PASSWORD/a.txt", "GET PASSWORD/a.txt"],
  ];
  for (const [text, wanted] of statements) t.equal(maskStatement(text), wanted);
  const options: [string, string][] = [
    ["L2Q=1,PROCPSWD=4711,VLANTEST=0", "L2Q=1,PROCPSWD=***,VLANTEST=0"], ['SNMPSTRING="a,b",L2Q=1', "SNMPSTRING=***,L2Q=1"],
    ["procpswd= 1 2 ,L2Q=1", "procpswd= ***,L2Q=1"], ["HTTPSRVR=10.0.8.2", "HTTPSRVR=10.0.8.2"], ["PROCPSWD=", "PROCPSWD="],
    ["PROCPSWD 47,L2Q=1", "PROCPSWD ***,L2Q=1"], ['"PROCPSWD"=47,L2Q=1', '"PROCPSWD"=***,L2Q=1'], ["PROCPSWD:47", "PROCPSWD:***"],
    ["PROCPSWD=47,11,L2Q=1", "PROCPSWD=***,L2Q=1"], ["PROCPSWD=47,", "PROCPSWD=***,"], ['SNMPSTRING="a,b', "SNMPSTRING=***"],
  ];
  for (const [text, wanted] of options) t.equal(maskOption(text), wanted);
  t.equal(maskUrl("https://user:secret@host/a@b https://host/"), "https://***@host/a@b https://host/");
  t.equal(maskUrl("http://h/a.php?mac=1&password=x&b=2"), "http://h/a.php?mac=1&password=***&b=2");
  t.same(['"PROCPSWD"', 'PROCPSWD"X"', "PROCPSWD\u00a01", "SNMP-STRING"].map(isHidden), [true, true, true, true]);
  t.same(["PROCPSWDX", "SNMPADD", "PHONEKEY"].map(isHidden), [false, false, false]);
  t.same([isSecret("PROCPSWD"), isSecret("GUEST_PASSWORD"), isHidden("guest_password"), isHidden("PROCSTAT")], [true, false, true, false]);
  const long = "A".repeat(4000);
  t.equal(maskStatement(`${long} ${long}`), `${long} ${long}`, "and in no time");
  t.end();
});

/** One secret for each place; none of them is part of another text. */
const PLANTED = {
  scriptPassword: "48151", settingsPassword: "62342", optionPassword: "77013", setPassword: "90210",
  snmp: "zebra-snmp", sip: "zebra-sip", wifi: "zebra wifi", unknown: "zebra-unknown", comment: "zebra-comment", condition: "55507",
  userInfo: "zebra-user-info", registration: "31337", typed: "86420", redirect: "zebra-redirect", quotedName: "zebra-quoted",
  noBlank: "zebra-no-blank", comma: "zebra-comma", blank: "zebra-hard-blank", preShared: "zebra-pre-shared", numbered: "zebra-numbered",
  proxy: "zebra-proxy", query: "zebra-query", at: "zebra-at", reversed: "zebra-reversed", open: "zebra-open", below: "zebra-below",
  optionBlank: "zebra-option-blank", optionColon: "zebra-option-colon", optionQuoted: "zebra-option-quoted", more: "zebra-more",
  tooLong: "zebra-too-long", equals: "zebra-equals", sipAddress: "zebra-address",
};
/** Names and values that are not written as they should be. */
const ODD = [
  `SET "PROCPSWD" ${PLANTED.quotedName}`, `SET PROCPSWD"${PLANTED.noBlank}"`, `SET PROCPSWD, ${PLANTED.comma}`,
  `SET PROCPSWD\u00a0${PLANTED.blank}`, `SET NVIKEPSK ${PLANTED.preShared}`, `SET SIP_PASSWORD_1 ${PLANTED.numbered}`,
  `SET HTTPPROXY admin:${PLANTED.proxy}@10.0.8.9:3128`, `SET MYCERTURL http://me:p@${PLANTED.at}@10.0.8.4/scep`,
  `IF ${PLANTED.reversed} SEQ $PROCPSWD GOTO X`, `IF $PROCPSWD SEQ "a ${PLANTED.open} GOTO X`, `SET PROCPSWD ${PLANTED.tooLong}`,
  `SET CONFERENCE_FACTORY_URI sip:4001:${PLANTED.sipAddress}@10.0.8.3`,
  "SET PROCPSWD", PLANTED.below, `SNMPSTRING=${PLANTED.equals}`, `SNMPSTRING ${PLANTED.equals}`, `SET SNMPSTRING "x" ${PLANTED.more}`,
  `GET more.txt?password=${PLANTED.query}`, "",
].join("\n");
const ODD_OPTION = `PROCPSWD ${PLANTED.optionBlank},PROCPSWD:${PLANTED.optionColon},"PROCPSWD"=${PLANTED.optionQuoted}`;
const SETTINGS = [
  `SET PROCPSWD ${PLANTED.settingsPassword}`, `SET SNMPSTRING ${PLANTED.snmp}`, `SET FORCE_SIP_PASSWORD "${PLANTED.sip}", "x"`,
  `SET WLAN_PASSWORD "${PLANTED.wifi}"`, `SET GUEST_WIFI_PASSWORD ${PLANTED.unknown}`, `SET SIPPASSWORD: ${PLANTED.comment}`,
  `IF $PROCPSWD SEQ ${PLANTED.condition} GOTO NOWHERE`, `SET MYCERTURL http://admin:${PLANTED.userInfo}@10.0.8.4/scep`,
  "SET SIPPROXYSRVR 10.0.8.3", "SET SIPDOMAIN example.com", "SET SIPSIGNAL 1", "GOTO NOWHERE", "",
].join("\n");

function offhook(folder: string, ...args: string[]): string {
  const program = `${process.cwd()}/build/js/host/cli/main.js`;
  const { stdout, stderr, error } = spawnSync(execPath, [program, ...args], { cwd: folder, encoding: "utf8" });
  if (error) throw error;
  return stdout + stderr;
}

t.test("one site, every command, every output", (t) => {
  const folder = t.testdir({
    site: { "96xxupgrade.txt": `SET PROCPSWD ${PLANTED.scriptPassword}\nGET 46xxsettings.txt\n`, "46xxsettings.txt": SETTINGS },
    odd: { "96xxupgrade.txt": "GET 46xxsettings.txt\n", "46xxsettings.txt": Buffer.from(ODD, "latin1") },
    "expect.json": JSON.stringify({ parameters: { PROCPSWD: "999", SNMPSTRING: "other" } }),
  });
  const boot = [
    "boot", "--lan", "demo", "--site", "site", "--appname", "as-asked", "--option242", `PROCPSWD=${PLANTED.optionPassword}`,
    "--expect", `PROCPSWD=${PLANTED.settingsPassword}`, "--expect", `SNMPSTRING~${PLANTED.snmp}`, "--expect-file", "expect.json",
    "--expect-text", "nothing of the kind", "--fast", "--seed", "2",
  ];
  const logsIn = ["--extension", "4001", "--password", PLANTED.registration];
  const typed = ["--key", `"Enter username":4001 Login ${PLANTED.typed} Login`, "--until", "none", "--timeout", "60"];
  const odd = ["boot", "--lan", "demo", "--site", "odd", "--appname", "as-asked", "--option242", ODD_OPTION, "--fast", "--timeout", "200"];
  const outputs: Record<string, string> = {
    text: offhook(folder, ...boot, ...logsIn, "--junit", "a.xml", "--transcript", "a.txt"),
    json: offhook(folder, ...boot, ...logsIn, "--json", "--junit", "b.xml", "--transcript", "b.txt"),
    set: offhook(folder, ...boot, ...logsIn, "--set", `PROCPSWD=${PLANTED.setPassword}`, "--json"),
    keys: offhook(folder, ...boot, ...typed, "--transcript", "c.txt"),
    lint: offhook(folder, "lint", "site/46xxsettings.txt", "site/96xxupgrade.txt", "--option242", `PROCPSWD=${PLANTED.optionPassword}`),
    lintJson: offhook(folder, "lint", "site/46xxsettings.txt", "--json", "--fail-on", "info"),
    odd: offhook(folder, ...odd, "--junit", "d.xml", "--transcript", "d.txt"), oddJson: offhook(folder, ...odd, "--json"),
    lintOdd: offhook(folder, "lint", "odd/46xxsettings.txt", "--fail-on", "info", "--option242", ODD_OPTION),
    optionUsage: offhook(folder, "boot", "--option242", `${"x".repeat(250)},PROCPSWD=${PLANTED.optionPassword}`, "--lan", "demo"),
    optionUsage2: offhook(folder, "boot", "--option242", `\u00e9,PROCPSWD=${PLANTED.optionPassword}`),
    setUsage: offhook(folder, "boot", "--set", `PROCPSWD ${PLANTED.setPassword}`),
    serverUsage: offhook(folder, "boot", "--server", `http://me:${PLANTED.userInfo}@10.0.8.2/`),
    usage: offhook(folder, "boot", "--set", `PROCPSWD=${PLANTED.setPassword}x`),
    again: offhook(folder, "boot", "--extension", "4001", "--password", `${PLANTED.registration}\u00e9`),
  };
  const files = ["a.xml", "a.txt", "b.xml", "b.txt", "c.txt", "d.xml", "d.txt"];
  for (const file of files) outputs[file] = readFileSync(`${folder}/${file}`, "utf8");
  t.match(outputs["json"], /"event":"end"/);
  t.match(outputs["text"], /PROCPSWD .*\*\*\*/);
  t.match(outputs["a.xml"], /<failure/);
  for (const [name, output] of Object.entries(outputs)) {
    t.ok(output.length > 50, `${name} says something`);
    const all = output.toLowerCase(); // A name is shown in capitals.
    const shown = Object.entries(PLANTED).filter(([, secret]) => all.includes(secret)).map(([place]) => place);
    t.same(shown, [], `${name} shows none of them`);
  }
  const bare = offhook(folder, ...boot, ...logsIn, "--json", "--show-secrets");
  t.match(bare, new RegExp(PLANTED.settingsPassword), "--show-secrets does, so they were there to be shown");
  t.match(bare, new RegExp(PLANTED.snmp));
  t.end();
});
