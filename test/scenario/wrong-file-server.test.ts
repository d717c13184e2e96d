// Goal: whatever is wrong between the telephone and its script, the start-up says so, ends, and nothing in flash is touched.
// Method: one start-up each against a file server with one fault, or none to be found; the table says what it comes to, a golden
// what the screen shows. The telephone has an application, so it goes on to its login prompt (docs/STARTUP.md).

import { textResponse } from "../../host/site/http-message.js";
import { DEMO_FILE_PORT, DEMO_FILE_SERVER } from "../../host/site/demo.js";
import type { StreamService } from "../../host/site/service.js";
import { playTable, type Row } from "../support/scenario-table.js";
import { software, type Scenario } from "../support/scenario.js";

const SCRIPT = "/96xxupgrade.txt";
const SETTINGS = "/46xxsettings.txt";
const stored = [software("app1.bin")];
const files = { "96xxupgrade.txt": "SET APPNAME app1.bin\nGET 46xxsettings.txt\n", "46xxsettings.txt": "SET PROCSTAT 0\n" };
const right: Scenario = { name: "", stored, files };

const MIB = 1024 * 1024;
const oneLine = (bytes: number): Uint8Array => new Uint8Array(bytes).fill(0x41);
/** `SET PROCSTAT 1` as Windows saves it in UTF-16. */
const utf16 = Uint8Array.of(0xff, 0xfe, ...[..."SET PROCSTAT 1\r\n"].flatMap((character) => [character.charCodeAt(0), 0]));
const redirect = (path: string, location: string, status = 302) => ({ path, fault: { kind: "redirect", status, location } }) as const;

/** Answers with a head and three bytes of a body, then nothing. */
const stalling: StreamService = {
  connect: (peer) => ({
    data: () => peer.send(new TextEncoder().encode("HTTP/1.1 200 OK\r\nContent-Length: 42\r\n\r\nSET")),
    closed: () => undefined,
  }),
};

/** Answers any request with these bytes and ends. */
const raw = (answer: string): StreamService => ({
  connect: (peer) => ({
    data: () => {
      peer.send(new TextEncoder().encode(answer.replaceAll("\n", "\r\n")));
      peer.close();
    },
    closed: () => undefined,
  }),
});
const strict: Scenario = { ...right, identity: { strictHttp: true } };
const loose = (name: string, answer: string, cause: RegExp): Row => ({
  ...strict, name, site: (site) => site.addStream(DEMO_FILE_SERVER, DEMO_FILE_PORT, raw(answer)), ends: ["login", "http-refused", 1],
  check: (t, { end }) => t.match(end.cause, cause),
});

/** `--strict-http`. */
const strictly: Row[] = [
  { ...strict, name: "strict-and-right", ends: ["login", "reached", 0], requests: [`200 ${SCRIPT}`, `200 ${SETTINGS}`] },
  {
    ...strict, name: "strict-chunked", faults: [{ fault: { kind: "chunked", bytes: 7 } }], ends: ["login", "http-refused", 1],
    requests: [`200 ${SCRIPT}`], check: (t, { end }) => t.match(end.cause, /\(status 200\) has no Content-Length\.$/),
  },
  loose("strict-http-1-0", "HTTP/1.0 200 OK\nContent-Length: 3\nConnection: close\n\nSET", /is HTTP\/1\.0, and only HTTP\/1\.1 is taken/),
  loose("strict-keep-alive", "HTTP/1.1 200 OK\nContent-Length: 3\nConnection: keep-alive\n\nSET", /does not say Connection: close/),
  loose("strict-until-close", "HTTP/1.1 200 OK\nConnection: TE, close\n\nSET", /has no Content-Length/),
];

const unreached: Row[] = [
  {
    ...right, name: "server-refuses", faults: [{ fault: { kind: "refuse" } }],
    ends: ["login", "server-unreachable", 1], texts: ["HTTP:1 10.0.8.2", "Enter username"], requests: [],
  },
  {
    ...right, name: "address-silent", dhcp: { option242: "HTTPSRVR=10.0.8.9" },
    ends: ["login", "server-unreachable", 1], texts: ["HTTP:1 10.0.8.9", "Enter username"], requests: [],
  },
  {
    ...right, name: "name-unknown", dhcp: { option242: "HTTPSRVR=nowhere.example.com" },
    ends: ["login", "server-unreachable", 1], requests: [],
  },
  {
    ...right, name: "no-file-server", dhcp: { option242: "" },
    ends: ["login", "no-file-server", 1], texts: ["No file server address", "Enter username"], requests: [],
  },
  {
    ...right, name: "first-server-dead", dhcp: { option242: 'HTTPSRVR="10.0.8.9,10.0.8.2"' },
    ends: ["login", "reached", 0],
    texts: ["HTTP:1 10.0.8.9", "HTTP:2 10.0.8.2", "HTTP: 1 http://10.0.8.2/96xxupgrade.txt", "HTTP: 2 http://10.0.8.2/46xxsettings.txt"],
    requests: [`200 ${SCRIPT}`, `200 ${SETTINGS}`],
  },
  {
    // Behind the last server of the list comes the first.
    ...right, name: "second-server-fails-later", dhcp: { option242: 'HTTPSRVR="10.0.8.9,10.0.8.2"' },
    faults: [{ path: SETTINGS, fault: { kind: "status", status: 500 } }], ends: ["login", "http-status", 1],
    texts: ["HTTP:2 10.0.8.2", "HTTP:2 500", "HTTP:1 10.0.8.9"],
  },
  {
    ...right, name: "never-answers", faults: [{ fault: { kind: "silent" } }],
    ends: ["login", "http-refused", 1], requests: Array<string>(3).fill(`0 ${SCRIPT}`),
  },
];

const statuses: Row[] = [
  {
    ...right, name: "script-404", files: {}, ends: ["login", "script-missing", 1],
    texts: ["HTTP: 1 http://10.0.8.2/96xxupgrade.txt", "HTTP:1 404"], requests: [`404 ${SCRIPT}`],
  },
  {
    ...right, name: "500-three-times", faults: [{ fault: { kind: "status", status: 500 } }], ends: ["login", "http-status", 1],
    texts: [1, 2, 3].flatMap((n) => [`HTTP: ${n} http://10.0.8.2/96xxupgrade.txt`, "HTTP:1 500"]),
    requests: Array<string>(3).fill(`500 ${SCRIPT}`),
  },
  {
    // The texts of docs/STARTUP.md, HTTP; an answer without an ETag leaves no blank behind the status.
    ...right, name: "503-503-200", faults: [{ times: 2, fault: { kind: "status", status: 503 } }],
    handler: ({ target }) => textResponse(200, files[target.slice(1) as keyof typeof files]),
    ends: ["login", "reached", 0],
    texts: [
      "HTTP: 1 http://10.0.8.2/96xxupgrade.txt", "HTTP:1 503", "HTTP: 2 http://10.0.8.2/96xxupgrade.txt", "HTTP:1 503",
      "HTTP: 3 http://10.0.8.2/96xxupgrade.txt", "HTTP:1 200", "HTTP: 4 http://10.0.8.2/46xxsettings.txt", "HTTP:1 200",
    ],
  },
  {
    ...right, name: "settings-404", files: { "96xxupgrade.txt": files["96xxupgrade.txt"] }, ends: ["login", "http-status", 1],
    requests: [`200 ${SCRIPT}`, `404 ${SETTINGS}`],
  },
];

const answers: Row[] = [
  {
    ...right, name: "body-short", faults: [{ path: SCRIPT, fault: { kind: "short", bytes: 20 } }], ends: ["login", "http-short", 1],
    requests: Array<string>(3).fill(`200 ${SCRIPT}`),
    check: (t, { events }) => t.notOk(events.some((event) => event.event === "script"), "a short file is never interpreted"),
  },
  {
    ...right, name: "reset-in-body", faults: [{ times: 1, path: SCRIPT, fault: { kind: "reset", bytes: 20 } }],
    ends: ["login", "reached", 0], requests: [`200 ${SCRIPT}`, `200 ${SCRIPT}`, `200 ${SETTINGS}`],
  },
  {
    ...right, name: "always-reset-in-body", faults: [{ path: SCRIPT, fault: { kind: "reset", bytes: 20 } }],
    ends: ["login", "http-short", 1],
    check: (t, { end }) => t.match(end.cause, /after 20 bytes of 42: the server reset the connection/),
  },
  {
    ...right, name: "silent-in-body", site: (site) => site.addStream(DEMO_FILE_SERVER, DEMO_FILE_PORT, stalling),
    ends: ["login", "http-short", 1], check: (t, { end }) => t.match(end.cause, /after 3 bytes of 42: nothing more came in time/),
  },
  {
    ...right, name: "dies-after-two-tries", ends: ["login", "http-short", 1],
    faults: [{ times: 2, path: SCRIPT, fault: { kind: "short", bytes: 20 } }, { path: SCRIPT, fault: { kind: "silent" } }],
  },
  {
    ...right, name: "endless-headers", faults: [{ fault: { kind: "endless-headers" } }], ends: ["login", "http-refused", 1],
    check: (t, { end }) => t.match(end.cause, /header that is larger/),
  },
  {
    ...right, name: "chunked", faults: [{ fault: { kind: "chunked", bytes: 7 } }], ends: ["login", "reached", 0],
    requests: [`200 ${SCRIPT}`, `200 ${SETTINGS}`],
  },
  {
    ...right, name: "redirected-three-times", ends: ["login", "reached", 0],
    faults: [redirect(SCRIPT, "/a", 301), redirect("/a", "http://10.0.8.2/b"), redirect("/b", "http://files.example.com:80/c", 307)],
    files: { ...files, c: files["96xxupgrade.txt"] },
    requests: [`301 ${SCRIPT}`, "302 /a", "307 /b", "200 /c", `200 ${SETTINGS}`],
  },
  {
    ...right, name: "redirected-four-times", ends: ["login", "http-refused", 1], files: { ...files, d: files["96xxupgrade.txt"] },
    faults: [redirect(SCRIPT, "/a"), redirect("/a", "/b"), redirect("/b", "/c"), redirect("/c", "/d")],
    requests: [`302 ${SCRIPT}`, "302 /a", "302 /b", "302 /c"],
  },
  {
    ...right, name: "redirected-to-https", faults: [redirect(SCRIPT, "https://10.0.8.2/96xxupgrade.txt")],
    ends: ["login", "http-refused", 1], requests: [`302 ${SCRIPT}`],
  },
];

const contents: Row[] = [
  {
    ...right, name: "html-for-a-script", faults: [{ fault: { kind: "html" } }], ends: ["login", "not-a-script", 1],
    check: (t, { end }) => t.equal(end.upgradestat, 1),
  },
  { ...right, name: "script-empty", files: { "96xxupgrade.txt": "" }, ends: ["login", "not-a-script", 1] },
  { ...right, name: "script-utf-16", files: { "96xxupgrade.txt": utf16 }, ends: ["login", "not-a-script", 1] },
  {
    ...right, name: "script-of-10-mb", files: { "96xxupgrade.txt": oneLine(10 * MIB) }, ends: ["login", "http-refused", 1],
    check: (t, { end }) => t.equal(end.upgradestat, 1),
  },
  {
    ...right, name: "script-of-10-mb-chunked", files: { "96xxupgrade.txt": oneLine(10 * MIB) },
    faults: [{ fault: { kind: "chunked", bytes: 65536 } }], ends: ["login", "http-refused", 1],
  },
  {
    ...right, name: "script-of-3-mb-in-one-line", files: { "96xxupgrade.txt": oneLine(3 * MIB) }, ends: ["login", "not-a-script", 1],
  },
  {
    ...right, name: "goto-missing", files: { "96xxupgrade.txt": "SET APPNAME app1.bin\nGOTO NOWHERE\n# SOMEWHERE\n" },
    ends: ["login", "goto-missing", 1],
  },
  {
    ...right, name: "goto-for-ever", files: { "96xxupgrade.txt": "# A\nGOTO A\n" }, ends: ["login", "step-limit", 1],
  },
  {
    ...right, name: "script-read-again-and-again", ends: ["login", "step-limit", 1],
    files: { "96xxupgrade.txt": `# TOP\n${"## Four MiB of comments.\n".repeat(160_000)}GOTO TOP\n` },
  },
  {
    ...right, name: "get-for-ever", files: { "96xxupgrade.txt": "GET 96xxupgrade.txt\n" }, ends: ["login", "step-limit", 1],
    requests: Array<string>(8).fill(`200 ${SCRIPT}`),
  },
  {
    ...right, name: "app-name-as-asked", stored: [], files: { ...files, "96xxupgrade.txt": "SET APPNAME SIP96xx_2_6_17_0.bin\n" },
    identity: { asAsked: true }, ends: ["login", "reached", 0], requests: [`200 ${SCRIPT}`],
    check: (t, { end }) => t.equal(end.appname, "SIP96xx_2_6_17_0.bin"),
  },
];

const network: Row[] = [
  {
    ...right, name: "no-cable", linkSpeed: 0, timeoutSeconds: 60, ends: ["link", "no-link", 1], texts: ["No Ethernet"], requests: [],
  },
  {
    ...right, name: "no-offer", site: (site) => site.addDatagram(0x0a000801, 67, { receive: () => undefined }), timeoutSeconds: 140,
    ends: ["dhcp", "no-offer", 1], texts: ["DHCP: 0 secs", "DHCP: 1 secs", "DHCP: 137 secs"],
    check: (t, { events }) => {
      const asked = events.filter((event) => event.event === "dhcp" && event.message === "discover");
      t.equal(asked.length, 6, "asked again after 4, 8, 16, 32 and 64 s");
    },
  },
  {
    ...right, name: "offer-without-lease", dhcp: { leaseSeconds: undefined }, timeoutSeconds: 60, ends: ["dhcp", "offer-refused", 1],
    check: (t, { end }) => t.match(end.cause, /no lease time \(option 51\)/),
  },
];

const keys: Row[] = [
  {
    ...right, name: "program-at-the-file-server", keys: [{ when: { state: "file-server" }, keys: [{ softkey: "Program" }] }],
    until: "login", timeoutSeconds: 30, ends: ["craft", "local-procedures", 3], texts: ["Startup interrupted", "Enter command"],
    requests: [],
  },
  {
    ...right, name: "program-then-restart", ends: ["login", "reached", 0], texts: ["Enter command", "Restarting...", "Enter username"],
    keys: [
      { when: { state: "file-server" }, keys: [{ softkey: "Program" }] },
      { when: { text: "Enter command" }, keys: [{ softkey: "Restart" }] },
    ],
  },
  {
    ...right, name: "program-closed", dhcp: { option242: "PROCSTAT=1,HTTPSRVR=10.0.8.2" },
    keys: [{ when: { state: "file-server" }, keys: [{ key: 0x2a }] }], ends: ["login", "reached", 0],
    check: (t, { events }) => {
      t.ok(events.some((event) => event.event === "beep"), "the key * beeps");
      t.notOk(events.some((event) => event.event === "softkeys" && event.labels.includes("Program")), "and no softkey is offered");
    },
  },
];

playTable("wrong-file-server", [...unreached, ...statuses, ...answers, ...strictly, ...contents, ...network, ...keys]);
