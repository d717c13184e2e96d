// Writes host/site/lan.schema.json, the JSON Schema of `--lan FILE.json`, from the schema that the reader checks with.
//
// `node build/js/tools/lan-schema.js`; with `--check` it fails when the file is stale.

import { LAN_SCHEMA } from "../host/site/lan-schema.js";
import { isMain, writeGenerated } from "./generate.js";

if (isMain(import.meta.url)) writeGenerated("host/site/lan.schema.json", `${JSON.stringify(LAN_SCHEMA, null, 2)}\n`);
