// Harness: core/settings, core/script and the field of the local procedures with their functions exported, and a buffer for what goes in.

import "../../core/base/panic"; // Stands in for `abort`.

import { option242Poll, option242Start } from "../../core/settings/option242";
import { parametersReportPoll, parametersReportStart } from "../../core/settings/parameters";
export { bytesFind as bytes_find } from "../../core/base/bytes";
export {
  parameterBytes as parameter_bytes, parameterFind as parameter_find, parameterNumber as parameter_number,
  parameterPtr as parameter_ptr, parameterSet as parameter_set, parameterSource as parameter_source,
  parametersInit as parameters_init,
} from "../../core/settings/parameters";
export {
  interpreterFileStart as interpreter_file_start, interpreterGetBytes as interpreter_get_bytes,
  interpreterGetPtr as interpreter_get_ptr, interpreterGetResult as interpreter_get_result, interpreterInit as interpreter_init,
  interpreterLex as interpreter_lex, interpreterNames as interpreter_names, interpreterOffset as interpreter_offset,
  interpreterPollStart as interpreter_poll_start, interpreterPush as interpreter_push, interpreterPushEnd as interpreter_push_end,
  interpreterStatements as interpreter_statements, interpreterStatus as interpreter_status, interpreterWhy as interpreter_why,
} from "../../core/script/interpreter";

export {
  keptBytes as kept_bytes, keptFileEnd as kept_file_end, keptInit as kept_init, keptPtr as kept_ptr,
} from "../../core/settings/kept";
export { resetValues as reset_values } from "../../core/settings/reset-values";
export {
  fieldBackspace as field_backspace, fieldIsAddress as field_is_address, fieldKey as field_key,
} from "../../core/ui/craft-field";

/** What boot spreads over polls, at once. */
export function option242_apply(ptr: usize, bytes: i32): void {
  option242Start(ptr, bytes);
  while (!option242Poll()) continue;
}

export function parameters_report(): void {
  parametersReportStart();
  while (!parametersReportPoll()) continue;
}

const INPUT = memory.data(0x20000, 8);

export function input_ptr(): usize {
  return INPUT;
}
