// Goal: the data entry of the local procedures, rule by rule: what a key makes of a field, and when it beeps.
// Method: rows of a field, keys and the field that they leave; `<` is the backspace, `!` stands behind a key that must beep.

import t from "tap";
import { loadHarness } from "../../support/harness.js";

const core = loadHarness("script", () => ({}));
const field = core.call("input_ptr");
const ADDRESS = 0;

/** Types the keys; the text that is left, with `!` where a key meant nothing. */
function typed(text: string, keys: string, most: number): string {
  core.write(field, Uint8Array.of(text.length, ...Buffer.from(text, "latin1")));
  let beeps = "";
  for (const key of keys) {
    const done = key === "<" ? core.call("field_backspace", field) : core.call("field_key", field, key.charCodeAt(0), most);
    if (done === 0) beeps += `${key}!`;
  }
  const [bytes] = core.read(field, 1);
  return Buffer.from(core.read(field + 1, bytes!)).toString("latin1") + (beeps === "" ? "" : ` ${beeps}`);
}

const rows: readonly [rule: string, most: number, text: string, keys: string, left: string][] = [
  ["digits make a number", 999, "", "123", "123"],
  ["a digit after a lone 0 replaces it", 999, "0", "7", "7"],
  ["also where the 0 is typed", 999, "", "07", "7"],
  ["0 after a lone 0 stays one", 999, "0", "00", "0"],
  ["0 behind a digit is one more", 999, "1", "00", "100"],
  ["over the field's maximum: beep, the digit is ignored", 999, "100", "0", "100 0!"],
  ["the greatest number itself", 4094, "409", "4", "4094"],
  ["one above it", 4094, "409", "5", "409 5!"],
  ["the cursor stays: another digit is taken", 4094, "409", "54", "4094 5!"],
  ["over the maximum with more digits than a word holds", 65535, "", "99999999999", "9999 9!9!9!9!9!9!9!"],
  ["no dot in a number", 999, "1", "*2", "12 *!"],
  ["backspace", 999, "12", "<", "1"],
  ["backspace to the end, and once too often", 999, "12", "<<<", " <!"],
  ["a number that is none is left alone but for its end", 999, "12x", "3<", "12x"],
  ["an address, digits and dots", ADDRESS, "", "10*0*8*60", "10.0.8.60"],
  ["an octet of 255", ADDRESS, "10.0.8.", "255", "10.0.8.255"],
  ["an octet over 255: beep, the digit is ignored", ADDRESS, "10.0.8.", "256", "10.0.8.25 6!"],
  ["the cursor stays: the next digit is one of the same octet", ADDRESS, "10.0.8.", "2563", "10.0.8.253 6!"],
  ["a fourth digit", ADDRESS, "10.0.8.100", "1", "10.0.8.100 1!"],
  ["a lone 0 of an octet is replaced", ADDRESS, "10.0", "8", "10.8"],
  ["an octet that is 0", ADDRESS, "", "0*0*0*0", "0.0.0.0"],
  ["a dot at the beginning", ADDRESS, "", "*1", "1 *!"],
  ["two dots", ADDRESS, "10", "**0", "10.0 *!"],
  ["a fourth dot", ADDRESS, "10.0.8.60", "*", "10.0.8.60 *!"],
  ["backspace takes a dot as well", ADDRESS, "10.0.8.60", "<<<9", "10.0.89"],
  ["of a list the last item is typed", ADDRESS, "10.0.8.2,10.0.8.", "3*", "10.0.8.2,10.0.8.3 *!"],
  ["blanks behind a comma", ADDRESS, "10.0.8.2, 10.0.8.", "3", "10.0.8.2, 10.0.8.3"],
  ["nothing is typed behind a name", ADDRESS, "files.example.com", "1*", "files.example.com 1!*!"],
  ["nor behind a name with a digit at its end", ADDRESS, "host1", "2*", "host1 2!*!"],
  ["nor behind a port", ADDRESS, "10.0.8.2:80", "80*", "10.0.8.2:80 8!0!*!"],
  ["an octet with leading zeros is full", ADDRESS, "10.001", "2", "10.001 2!"],
  ["# and other keys mean nothing to a field", ADDRESS, "10", "#a ", "10 #!a! !"],
  ["a full field", ADDRESS, `${"1.".repeat(126)}1,1`, "1", `${"1.".repeat(126)}1,1 1!`],
];

for (const [rule, most, text, keys, left] of rows) {
  t.test(rule, (t) => {
    t.equal(typed(text, keys, most), left);
    t.end();
  });
}

t.test("an address is whole or it is none", (t) => {
  const isAddress = (text: string): boolean => {
    core.write(field, Uint8Array.of(text.length, ...Buffer.from(text, "latin1")));
    return core.call("field_is_address", field) !== 0;
  };
  for (const whole of ["10.0.8.2", "0.0.0.0", "10.0.8.2,10.0.8.3", "files.example.com, 10.0.8.3"]) t.ok(isAddress(whole), whole);
  for (const none of ["", "10", "10.0.8", "10.0.8.", "10.0.8.2,", "10.0.8.2,10.0", "host1"]) t.notOk(isAddress(none), none);
  t.end();
});
