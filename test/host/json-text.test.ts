// Goal: who wrote JSON by hand learns where it is none and what to change, in every engine; a secret in it is not quoted.
// Method: each usual slip, and the words.

import t from "tap";
import { readJson } from "../../host/json-text.js";

const faultOf = (text: string): string => {
  try {
    readJson(text);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
};

t.test("the place and what to change", (t) => {
  const cases: readonly [string, string][] = [
    ['{\n  "a": 1,\n}', "line 3, column 1: the comma before this } is one too many"],
    ["[1, ]", "line 1, column 5: the comma before this ] is one too many"],
    ['{"a": 1\n// why\n}', "line 2, column 1: JSON has no comments"],
    ["{'a': 1}", 'line 1, column 2: texts stand in double quotes, "so"'],
    ['{"a" "b"}', "line 1, column 6: a text is not expected here; a comma, a colon or a quote may be missing"],
    ["{", "line 1, column 2: the text ends before the JSON does"],
    ['{"a":\n  tru', "line 2, column 6: the text ends before the JSON does"],
    ['{"a": [1, 2', "line 1, column 12: the text ends before the JSON does"],
    ['{"a": "b', "line 1, column 9: the text ends before the JSON does"],
    ["", "line 1, column 1: the text ends before the JSON does"],
    ['{"a": b}', 'line 1, column 7: "b" is not expected here'],
    ['{"a": 1} {', 'line 1, column 10: "{" is not expected here'],
    ['{"a": "b\n"}', "a string has a line end, a tabulator or another control character in it; write \\n, \\t or \\u00XX"],
    [`${"[".repeat(100_000)}}`, "it is nested too deep"],
  ];
  t.same(cases.map(([text]) => [text, faultOf(text)]), cases);
  t.end();
});

t.test("what is JSON is read, with a byte order mark too", (t) => {
  t.same(readJson('\ufeff{"a": [1, "b", null]}'), { a: [1, "b", null] });
  t.equal(faultOf('{"a": 01}'), 'line 1, column 7: "0" is not expected here', "with a place also where the engine names none");
  t.end();
});

t.test("a secret is not quoted", (t) => {
  for (const text of ['{"PROCPSWD": "2723845"x}', '{"PROCPSWD": hunter2}', '{"PROCPSWD": "hunter2', '"hunter2" "hunter2"', "hunter2"]) {
    t.notMatch(faultOf(text), /unter2|723845/, text);
    t.match(faultOf(text), /^line 1, column \d+: /, text);
  }
  t.end();
});
