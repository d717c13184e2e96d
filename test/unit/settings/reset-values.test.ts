// Goal: RESET VALUES forgets what files and people said, save what it must not. Method: parameters set from every side, the list as text.

import t from "tap";
import { Source } from "../../../hal/events.js";
import { ScriptMachine } from "../../support/script-machine.js";

t.test("all but AUTH", (t) => {
  const machine = new ScriptMachine();
  machine.call("reset_values");
  t.equal(machine.kept(), "", "an empty list");
  machine.set("SIPDOMAIN", "example.com", Source.Settings);
  machine.set("AUTH", "1", Source.Settings);
  machine.call("kept_file_end", 1);
  machine.set("GROUP", "7", Source.Craft);
  machine.set("AUTH", "0", Source.CommandLine);
  t.equal(machine.kept(), "CommandLine AUTH=0 | Craft GROUP=7 | Stored SIPDOMAIN=example.com | Stored AUTH=1");
  machine.call("reset_values");
  t.equal(machine.kept(), "CommandLine AUTH=0 | Stored AUTH=1");
  t.end();
});
