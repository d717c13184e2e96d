// Goal: the telephone in C, on real sockets and a chip in a file, does what one in Node does: updates, logs in, and survives being killed.
// Method: under sanitizers against `offhook serve` on loopback; SIGKILL at seeded moments of the flash work, then the same file again.

import { spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import t, { type Test } from "tap";
import { NOR_PARTS } from "../../../host/peripherals/nor-parts.js";
import { Random } from "../../../host/random.js";
import { Scheduler } from "../../../host/scheduler.js";
import { CallServer } from "../../../host/site/call-server.js";
import { bench, chipHas, compiled, programPath, type Running, skip } from "../../support/desktop-bench.js";

const PROGRAM = "desktop-sanitized";

const later = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

/** At a person's pace. */
async function type({ child }: Running, keys: string): Promise<void> {
  for (const key of keys) {
    await later(100);
    child.stdin.write(key);
  }
}

async function boots(t: Test): Promise<void> {
  const { folder, phone, requests } = await bench(t, PROGRAM);
  const { code, output } = await phone(t, "chip.bin", ["--until-login"]).end;
  t.equal(code, 0, output);
  const texts = [
    /title +Starting\n/, /title +100Mbps Ethernet\n/, /title +HTTP: 1 http:\/\/127\.0\.0\.1:\d+\/96xxupgrade\.txt\n/,
    /title +app\.bin\n/, /prompt +\d+ KB received\n/, /title +File Obtained;please wait\.\.\.\n/, /title +Saving to flash\n/,
    /progress +0 %\n/, /progress +100 %\n/, /title +Restarting\.\.\.\n/, /prompt +Enter username\n/, /softkey 1 +Login\n/,
  ];
  let rest = output;
  for (const text of texts) {
    const at = text.exec(rest);
    t.ok(at, text.source);
    if (at) rest = rest.slice(at.index + at[0].length);
  }
  const twice = ["GET /96xxupgrade.txt 200", "GET /46xxsettings.txt 200"];
  t.same(requests(), [...twice, "GET /app.bin 200", ...twice], "what the server was asked");
  t.equal(statSync(join(folder, "chip.bin")).size, 16 * 1024 * 1024);
  t.ok(chipHas(folder, "chip.bin"), "the chip holds the packed image");
  const again = await phone(t, "chip.bin", ["--until-login"]).end;
  t.equal(again.code, 0);
  t.notMatch(again.output, /Saving to flash/, "what is stored is not fetched again");
  t.equal(requests().filter((line) => line.includes("app.bin")).length, 1);
}

async function isKilled(t: Test): Promise<void> {
  const { folder, phone } = await bench(t, PROGRAM);
  const random = new Random(9);
  const draw = (below: number): number => random.word() % below;
  // While sectors are erased; behind one of the tenths of the write that are surely shown before its end.
  const moments = [/please wait/, /please wait/, /progress +0 %/, /progress +[2-4]\d %/, /progress +[45]\d %/, /progress +[67]\d %/]
    .map((text) => ({ text, delayMs: text.source === "please wait" ? draw(250) : draw(40) }));
  await Promise.all(moments.map(async ({ text, delayMs }, index) => {
    const chip = `chip-${index}.bin`;
    const name = `${text.source} and ${delayMs} ms`;
    const first = phone(t, chip, ["--until-login"]);
    await first.shows(text);
    await later(delayMs);
    first.child.kill("SIGKILL");
    const { signal, output } = await first.end;
    t.equal(signal, "SIGKILL", name);
    t.notMatch(output, /Restarting/, `${name}: the write was not over`);
    t.notOk(chipHas(folder, chip), `${name}: the image is not whole`);
    const second = await phone(t, chip, ["--until-login"]).end;
    t.equal(second.code, 0, `${name}: ${second.output}`);
    t.match(second.output, /Saving to flash[^]*progress +100 %[^]*Enter username/, name);
    t.ok(chipHas(folder, chip), `${name}: the chip holds the packed image`);
  }));
}

async function logsIn(t: Test): Promise<void> {
  const socket = createSocket("udp4");
  t.teardown(() => void socket.close());
  await new Promise<void>((resolve) => void socket.bind(0, "127.0.0.1", resolve));
  const accesses: string[] = [];
  const callServer = new CallServer({
    users: { 4001: "246810" }, clock: new Scheduler(), random: new Random(1),
    onAccess: ({ method, status, user }) => void accesses.push(`${method} ${status} ${user}`),
  });
  socket.on("message", (data, { address, port }) =>
    callServer.receive(data, { address: 0x7f000001, port }, (answer) => void socket.send(answer, port, address)));
  const sip = (socket.address() as AddressInfo).port;
  const { port, phone } = await bench(t, PROGRAM, { settings: `SET SIP_CONTROLLER_LIST 127.0.0.1:${sip};transport=udp\n` });
  const running = phone(t, "chip.bin", [], `localhost:${port}`);
  await running.shows(/Enter username/);
  await type(running, "4001a");
  await running.shows(/Enter Password/);
  running.child.stdin.write("246810"); // Faster than a person: the queue keeps their order.
  await type(running, "a");
  await running.shows(/prompt +Logging in/);
  for (let tries = 0; accesses.at(-1) !== "REGISTER 200 4001" && tries < 1000; tries++) await later(20);
  t.same(accesses, ["OPTIONS 200 ", "REGISTER 401 4001", "REGISTER 200 4001"]);
  running.child.stdin.write("q");
  const { code, output } = await running.end;
  t.equal(code, 0, output);
  t.notMatch(output, /246810/, "the password is not on the screen");
}

async function refuses(t: Test): Promise<void> {
  const { folder, phone } = await bench(t, PROGRAM);
  writeFileSync(join(folder, "short.bin"), "not a chip");
  mkdirSync(join(folder, "folder.bin"));
  const cases: readonly [chip: string, args: string[], said: RegExp, server?: string][] = [
    ["short.bin", [], /flash file .*short\.bin: it has 10 bytes, and the chip W25Q128JV has 16777216; give another --part/],
    ["folder.bin", [], /flash file .*folder\.bin: Is a directory/],
    ["none/chip.bin", [], /flash file .*none\/chip\.bin: No such file or directory/],
    ["new.bin", ["--part", "W25Q1"], /part W25Q1 is not known/],
    ["new.bin", ["--key", join(folder, "no.der")], /key .*no\.der cannot be read: No such file or directory/],
    ["new.bin", [], /^usage: desktop/, "127.0.0.1"],
    ["new.bin", ["--set", "NO_VALUE"], /^usage: desktop/],
  ];
  for (const [chip, args, said, server] of cases) {
    const { code, output } = await phone(t, chip, args, server).end;
    t.equal(code, 2, `${chip} ${args.join(" ")}`);
    t.match(output, said);
  }
  t.equal(readFileSync(join(folder, "short.bin"), "utf8"), "not a chip", "what is something else is left alone");
  t.notOk(existsSync(join(folder, "new.bin")), "nothing is made before the options are right");
  const holder = phone(t, "chip.bin");
  await holder.shows(/Starting/);
  const other = await phone(t, "chip.bin").end;
  t.same([other.code, /another telephone has it/.test(other.output)], [2, true]);
  const leased = await phone(t, "leased.bin", ["--set", "USE_DHCP=1", "--seconds", "3"]).end;
  t.same([leased.code, leased.output.match(/there is no DHCP here/g)?.length], [1, 1], "and it says what it has not");
  const parts = spawnSync(programPath(PROGRAM), ["--parts"], { encoding: "utf8" }).stdout.trim().split("\n");
  for (const line of parts) {
    const part = NOR_PARTS.find(({ name }) => line.startsWith(`${name} `))!;
    const { name, totalBytes, sectorBytes, block32Bytes, block64Bytes, pageBytes, unitBytes, flags } = part;
    t.equal(line, [name, totalBytes, sectorBytes, block32Bytes, block64Bytes, pageBytes, unitBytes, flags].join(" "));
  }
  t.ok(parts.length >= 4);
}

// Side by side: a telephone mostly waits.
t.test("the telephone in C", { skip, jobs: 4 }, (t) => {
  compiled(t, PROGRAM);
  void t.test("from an empty chip to the login prompt, over an update", boots);
  void t.test("killed in the middle of its flash work, it comes back and finishes", isKilled);
  void t.test("names, datagrams and keys: it logs in over UDP, and q ends it", logsIn);
  void t.test("a chip file that cannot be one ends it with 2 and a sentence", refuses);
  t.end();
});
