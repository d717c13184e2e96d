// Goal: the DHCP server follows RFC 2131 where a telephone can see it, and no datagram makes it throw.
// Method: requests composed and answers read by the test's own few lines; every truncation and 2,000 seeded mutations.

import t from "tap";
import { DhcpMessage } from "../../hal/events.js";
import { addressOf } from "../../host/network/address.js";
import { DhcpServer, type DhcpConfig } from "../../host/site/dhcp-server.js";
import {
  addressField as bytesOf, ALL_OPTIONS as ALL, dhcpRequest as request, readAnswer, readOptions, type DhcpReply,
} from "../support/dhcp.js";
import { random } from "../support/random.js";

const CONFIG: DhcpConfig = {
  server: addressOf("10.0.8.1"),
  first: addressOf("10.0.8.50"),
  count: 3,
  mask: addressOf("255.255.255.0"),
  routers: [addressOf("10.0.8.1"), addressOf("10.0.8.254")],
  dns: [addressOf("10.0.8.1")],
  domain: "example.com",
  leaseSeconds: 86400,
  option242: "HTTPSRVR=10.0.8.2,VLANTEST=60",
};
const FROM = { address: 0, port: 68 };

function ask(server: DhcpServer, data: Uint8Array): DhcpReply | undefined {
  const answers: DhcpReply[] = [];
  server.receive(data, FROM, (bytes) => answers.push(readAnswer(bytes)));
  if (answers.length > 1) throw new Error("two answers to one request");
  return answers[0];
}

const text = (answer: DhcpReply | undefined, code: number): string => new TextDecoder().decode(answer?.options.get(code));
const hex = (answer: DhcpReply | undefined, code: number): string => Buffer.from(answer?.options.get(code) ?? []).toString("hex");

t.test("DISCOVER, OFFER, REQUEST, ACK with every option of the scope", (t) => {
  const server = new DhcpServer(CONFIG);
  const offer = ask(server, request(DhcpMessage.Discover));
  t.equal(offer?.type, DhcpMessage.Offer);
  t.equal(offer?.address, "10.0.8.50");
  t.equal(Buffer.from(offer!.bytes.subarray(0, 12)).toString("hex"), "02010600deadbeef00008000", "transaction and flags come back");
  t.equal(Buffer.from(offer!.bytes.subarray(28, 34)).toString("hex"), "00040d010201");
  t.equal(hex(offer, 1), "ffffff00");
  t.equal(hex(offer, 3), "0a0008010a0008fe");
  t.equal(hex(offer, 6), "0a000801");
  t.equal(text(offer, 15), "example.com");
  t.equal(text(offer, 242), "HTTPSRVR=10.0.8.2,VLANTEST=60");
  t.equal(hex(offer, 51), "00015180");
  t.equal(hex(offer, 58), "0000a8c0", "half");
  t.equal(hex(offer, 59), "00012750", "seven eighths");
  t.equal(hex(offer, 54), "0a000801");

  const ack = ask(server, request(DhcpMessage.Request, [...ALL, 50, 4, ...bytesOf("10.0.8.50"), 54, 4, ...bytesOf("10.0.8.1")]));
  t.equal(ack?.type, DhcpMessage.Ack);
  t.equal(ack?.address, "10.0.8.50");
  t.equal(text(ack, 242), CONFIG.option242);
  t.end();
});

t.test("only what was asked for is sent, lease times always", (t) => {
  const offer = ask(new DhcpServer(CONFIG), request(DhcpMessage.Discover, [55, 2, 1, 242]));
  t.same([...offer!.options.keys()], [53, 54, 1, 51, 58, 59, 242]);
  t.same([...ask(new DhcpServer(CONFIG), request(DhcpMessage.Discover, []))!.options.keys()], [53, 54, 1, 51, 58, 59, 242, 3, 6, 15]);
  t.end();
});

t.test("a client keeps its address, another gets the next, and a full scope is silent", (t) => {
  const server = new DhcpServer(CONFIG);
  const discover = (mac: number): string | undefined => ask(server, request(DhcpMessage.Discover, ALL, mac))?.address;
  t.same([discover(1), discover(2), discover(1), discover(3)], ["10.0.8.50", "10.0.8.51", "10.0.8.50", "10.0.8.52"]);
  t.equal(discover(4), undefined);
  t.equal(ask(server, request(DhcpMessage.Release, [], 2, "10.0.8.51")), undefined);
  t.equal(discover(4), "10.0.8.51");
  t.end();
});

t.test("an address that the client asks for is given when it is free", (t) => {
  const server = new DhcpServer(CONFIG);
  const wish = (last: number, mac: number): string | undefined =>
    ask(server, request(DhcpMessage.Discover, [50, 4, 10, 0, 8, last], mac))?.address;
  t.same([wish(52, 1), wish(52, 2), wish(99, 3)], ["10.0.8.52", "10.0.8.50", "10.0.8.51"]);
  t.end();
});

t.test("a declined address is not offered again", (t) => {
  const server = new DhcpServer(CONFIG);
  ask(server, request(DhcpMessage.Discover));
  t.equal(ask(server, request(DhcpMessage.Decline, [50, 4, ...bytesOf("10.0.8.50"), 54, 4, ...bytesOf("10.0.8.1")])), undefined);
  t.equal(ask(server, request(DhcpMessage.Discover))?.address, "10.0.8.51");
  t.equal(ask(server, request(DhcpMessage.Discover, ALL, 2))?.address, "10.0.8.52");
  t.end();
});

t.test("REQUEST: another server's offer, a wrong address, a renewal, an unknown client", (t) => {
  const server = new DhcpServer(CONFIG);
  const wanted = (address: string, id?: string): number[] =>
    [50, 4, ...bytesOf(address), ...(id === undefined ? [] : [54, 4, ...bytesOf(id)])];
  t.equal(ask(server, request(DhcpMessage.Request, wanted("10.0.8.50"))), undefined, "unknown client: silent");
  ask(server, request(DhcpMessage.Discover));
  const nak = ask(server, request(DhcpMessage.Request, wanted("10.0.9.50", "10.0.8.1")));
  t.equal(nak?.type, DhcpMessage.Nak);
  t.same([...nak!.options.keys()], [53, 54, 56], "nothing else in a NAK");
  t.equal(nak?.address, "0.0.0.0");
  t.equal(ask(server, request(DhcpMessage.Request, [], 1, "10.0.8.50"))?.type, DhcpMessage.Ack, "a renewal has ciaddr");
  t.equal(ask(server, request(DhcpMessage.Request, wanted("10.0.8.50", "10.0.8.9"))), undefined, "another server was chosen");
  t.equal(ask(server, request(DhcpMessage.Discover, ALL, 2))?.address, "10.0.8.50", "so its address is free again");
  t.end();
});

t.test("INFORM gets options, but neither an address nor a lease", (t) => {
  const ack = ask(new DhcpServer(CONFIG), request(DhcpMessage.Inform, ALL, 1, "10.0.8.77"));
  t.equal(ack?.type, DhcpMessage.Ack);
  t.equal(ack?.address, "0.0.0.0");
  t.notOk(ack?.options.has(51));
  t.equal(text(ack, 242), CONFIG.option242);
  t.end();
});

t.test("a scope without a lease time offers without option 51", (t) => {
  const offer = ask(new DhcpServer({ ...CONFIG, leaseSeconds: undefined }), request(DhcpMessage.Discover));
  t.equal(offer?.type, DhcpMessage.Offer);
  t.notOk([51, 58, 59].some((code) => offer!.options.has(code)));
  t.end();
});

t.test("an answer stays within the client's size; what is left over goes into the file field", (t) => {
  const server = new DhcpServer({ ...CONFIG, option242: "X".repeat(255) });
  const small = ask(server, request(DhcpMessage.Discover, [...ALL, 57, 2, 2, 0x40]));
  t.ok(small!.bytes.length <= 548, `${small!.bytes.length} bytes`);
  t.equal(hex(small, 52), "01");
  t.equal(text(small, 242).length, 255);
  t.equal(text(small, 15), "example.com");
  const large = ask(server, request(DhcpMessage.Discover, [...ALL, 57, 2, 5, 0xdc]));
  t.notOk(large!.options.has(52));
  t.equal(text(large, 242).length, 255);
  t.end();
});

t.test("an option of more than 255 bytes goes in pieces, and what there is no room for is cut", (t) => {
  const long = Array.from({ length: 1000 }, (_, index) => String.fromCharCode(33 + (index % 90))).join("");
  const server = new DhcpServer({ ...CONFIG, option242: long });
  const large = ask(server, request(DhcpMessage.Discover, [...ALL, 57, 2, 5, 0xdc]));
  t.equal(text(large, 242), long);
  const small = ask(server, request(DhcpMessage.Discover, [...ALL, 57, 2, 2, 0x40]));
  t.ok(small!.bytes.length <= 548 && long.startsWith(text(small, 242)) && text(small, 242).length > 255,
    `${text(small, 242).length} bytes`);
  t.equal(text(small, 15), "example.com", "it displaces no other option");
  t.end();
});

t.test("T1 and T2: given, missing, and later than the lease", (t) => {
  const times = (part: Partial<DhcpConfig>): string[] => {
    const offer = ask(new DhcpServer({ ...CONFIG, leaseSeconds: 1000, ...part }), request(DhcpMessage.Discover));
    return [51, 58, 59].map((code) => hex(offer, code));
  };
  t.same(times({}), ["000003e8", "000001f4", "0000036b"]);
  t.same(times({ renewSeconds: 100, rebindSeconds: 5000 }), ["000003e8", "00000064", "00001388"]);
  t.same(times({ renewSeconds: 0, rebindSeconds: 0 }), ["000003e8", "", ""]);
  t.end();
});

t.test("the other options of startup.md 2.3, raw ones, and the next server", (t) => {
  const server = new DhcpServer({
    ...CONFIG,
    logServers: [addressOf("10.0.8.7")],
    ntpServers: [addressOf("10.0.8.8"), addressOf("10.0.8.9")],
    mtu: 1496,
    nextServer: addressOf("10.0.8.4"),
    options: new Map([[43, Uint8Array.of(1, 2)], [15, Uint8Array.of(0x78)]]),
  });
  const offer = ask(server, request(DhcpMessage.Discover, []));
  t.equal(hex(offer, 7), "0a000807");
  t.equal(hex(offer, 42), "0a0008080a000809");
  t.equal(hex(offer, 26), "05d8");
  t.equal(hex(offer, 43), "0102");
  t.equal(text(offer, 15), "x", "a raw option replaces the scope's own");
  t.same([...offer!.bytes.subarray(20, 24)], [10, 0, 8, 4]);
  t.end();
});

t.test("a lease runs out, is renewed, and an offer that nobody takes is free again after a minute", (t) => {
  const clock = { nowUs: 0 };
  const server = new DhcpServer({ ...CONFIG, count: 1, leaseSeconds: 600 }, clock);
  const discover = (mac: number): string | undefined => ask(server, request(DhcpMessage.Discover, ALL, mac))?.address;
  t.equal(discover(1), "10.0.8.50");
  clock.nowUs = 59_999_999;
  t.equal(discover(2), undefined);
  clock.nowUs = 60_000_000;
  t.equal(discover(2), "10.0.8.50");
  const chosen = [50, 4, ...bytesOf("10.0.8.50"), 54, 4, ...bytesOf("10.0.8.1")];
  t.equal(ask(server, request(DhcpMessage.Request, chosen, 2))?.type, DhcpMessage.Ack);
  clock.nowUs += 500_000_000;
  t.equal(ask(server, request(DhcpMessage.Request, [], 2, "10.0.8.50"))?.type, DhcpMessage.Ack, "renewed");
  clock.nowUs += 599_999_999;
  t.equal(discover(1), undefined);
  clock.nowUs += 1;
  t.equal(discover(1), "10.0.8.50");
  t.equal(ask(server, request(DhcpMessage.Request, [], 2, "10.0.8.50"))?.type, DhcpMessage.Nak, "it is somebody else's now");
  t.end();
});

t.test("a foreign address: NAK from another subnet, silence or NAK within its own", (t) => {
  const wish = (address: string): number[] => [50, 4, ...bytesOf(address)];
  const plain = new DhcpServer(CONFIG);
  const strict = new DhcpServer({ ...CONFIG, authoritative: true });
  const renew = (server: DhcpServer, address: string): number | undefined =>
    ask(server, request(DhcpMessage.Request, [], 1, address))?.type;
  t.equal(ask(plain, request(DhcpMessage.Request, wish("10.0.9.7")))?.type, DhcpMessage.Nak, "RFC 2131 4.3.2: on the wrong network");
  t.equal(ask(plain, request(DhcpMessage.Request, wish("10.0.8.51"))), undefined);
  t.equal(ask(strict, request(DhcpMessage.Request, wish("10.0.8.51")))?.type, DhcpMessage.Nak);
  t.equal(renew(plain, "192.168.1.5"), DhcpMessage.Nak);
  t.equal(renew(plain, "10.0.8.51"), undefined);
  t.equal(renew(strict, "10.0.8.51"), DhcpMessage.Nak);
  t.end();
});

t.test("a release of another address, and a decline of another address, change nothing", (t) => {
  const server = new DhcpServer({ ...CONFIG, count: 2 });
  ask(server, request(DhcpMessage.Discover));
  ask(server, request(DhcpMessage.Release, [], 1, "10.0.8.51"));
  ask(server, request(DhcpMessage.Decline, [50, 4, ...bytesOf("10.0.8.51")]));
  t.equal(ask(server, request(DhcpMessage.Discover, ALL, 2))?.address, "10.0.8.51");
  t.equal(ask(server, request(DhcpMessage.Discover))?.address, "10.0.8.50");
  t.end();
});

t.test("overload: options in file and sname although there is room", (t) => {
  const server = new DhcpServer({ ...CONFIG, overload: true });
  const offer = ask(server, request(DhcpMessage.Discover, [...ALL, 57, 2, 5, 0xdc]));
  t.equal(hex(offer, 52), "03");
  const behind = new Map<number, Uint8Array>();
  readOptions(offer!.bytes.subarray(240), behind);
  t.same([...behind.keys()], [53, 54, 51, 52], "what a client needs first stays in its place");
  const name = new Map<number, Uint8Array>();
  readOptions(offer!.bytes.subarray(44, 108), name);
  t.same([...name.keys()], [1, 58, 59, 242, 3]);
  t.equal(new TextDecoder().decode(name.get(242)), CONFIG.option242);
  t.equal(text(offer, 15), "example.com", "and the rest in file");
  t.end();
});

t.test("an option that fills the file field stays in it, and one byte more goes elsewhere", (t) => {
  for (const [bytes, used] of [[125, 3], [126, 2]] as const) {
    const server = new DhcpServer({ ...CONFIG, option242: "X".repeat(bytes), domain: "", overload: true });
    const offer = ask(server, request(DhcpMessage.Discover, [55, 2, 1, 242, 57, 2, 5, 0xdc]));
    t.equal(Buffer.from(offer!.bytes.subarray(236, 240)).toString("hex"), "63825363", "the cookie behind it is whole");
    t.same([...offer!.options.get(52)!], [used]);
    t.equal(offer!.options.get(242)?.length, bytes);
  }
  t.end();
});

t.test("silence: for a while, then answers; or for ever", (t) => {
  const clock = { nowUs: 0 };
  const late = new DhcpServer({ ...CONFIG, silentUs: 600_000_000 }, clock);
  const never = new DhcpServer({ ...CONFIG, silentUs: Number.POSITIVE_INFINITY }, clock);
  const types = (): (number | undefined)[] => [late, never].map((server) => ask(server, request(DhcpMessage.Discover))?.type);
  clock.nowUs = 599_999_999;
  t.same(types(), [undefined, undefined]);
  clock.nowUs = 600_000_000;
  t.same(types(), [DhcpMessage.Offer, undefined]);
  t.end();
});

t.test("no truncation and no mutation makes it throw, and a cut message gets no answer", (t) => {
  const whole = request(DhcpMessage.Discover, [...ALL, 50, 4, 10, 0, 8, 51, 57, 2, 2, 0x40]);
  for (let bytes = 0; bytes < 243; bytes++) {
    t.equal(ask(new DhcpServer(CONFIG), whole.subarray(0, bytes)), undefined, `${bytes} bytes`);
  }
  const next = random(11);
  t.equal(ask(new DhcpServer(CONFIG), request(DhcpMessage.Discover, [12, 200, 65])), undefined, "an option longer than the message");
  const server = new DhcpServer(CONFIG);
  let answered = 0;
  for (let round = 0; round < 2000; round++) {
    const bytes = whole.slice(0, 240 + next(whole.length - 239));
    for (let flips = next(4); flips > 0; flips--) bytes[next(bytes.length)] = next(256);
    if (ask(server, bytes) !== undefined) answered += 1;
  }
  t.ok(answered > 200 && answered < 2000, `${answered} of 2000 were answered`);
  t.end();
});
