// Writes host/checks/expect.schema.json, the JSON Schema of `--expect-file FILE.json`, from the schema that the reader checks with.
//
// `node build/js/tools/expect-schema.js`; with `--check` it fails when the file is stale.

import { EXPECT_SCHEMA } from "../host/checks/expect-schema.js";
import { isMain, writeGenerated } from "./generate.js";

if (isMain(import.meta.url)) writeGenerated("host/checks/expect.schema.json", `${JSON.stringify(EXPECT_SCHEMA, null, 2)}\n`);
