// The JSON Schema of an expectations file (`--expect-file FILE.json`).
//
// It is data and the one place for these bounds: `expect.schema.json` beside it is generated from here for editors and other programs, and
// the reader of expect-file.ts checks with it.

import type { Schema } from "../site/json-schema.js";

const TEXT: Schema = { type: "string", minLength: 1, maxLength: 1000 };

export const EXPECT_SCHEMA: Schema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "https://offhook.invalid/expect.schema.json",
  title: "What a start-up is expected to show (offhook boot --expect-file)",
  type: "object",
  additionalProperties: false,
  properties: {
    $schema: { type: "string", description: "where this schema is, for an editor" },
    state: { ...TEXT, description: "the state in which it ends, such as login" },
    code: { ...TEXT, description: "the verdict's code, such as reached" },
    parameters: {
      type: "object",
      maxProperties: 500,
      description: "a value for each name: text, a number, or {\"matches\": REGEX}",
      additionalProperties: { type: ["string", "number", "object"], description: "text, a number, or {\"matches\": REGEX}",
        additionalProperties: false, required: ["matches"], properties: { matches: { ...TEXT, description: "a regular expression" } } },
    },
    gets: {
      type: "array",
      maxItems: 500,
      description: "files that are fetched",
      items: {
        type: "object",
        description: "{\"path\": …, \"status\": …}; without a status it must have been accepted",
        additionalProperties: false,
        required: ["path"],
        properties: { path: { ...TEXT, description: "the end of the URL's path" },
          status: { type: "integer", minimum: 100, maximum: 599, description: "a status from 100 to 599" } },
      },
    },
    texts: {
      type: "array", maxItems: 500, description: "texts that are shown", items: { ...TEXT, description: "a part of a line of the screen" },
    },
  },
};
