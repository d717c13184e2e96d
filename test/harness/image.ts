// The image modules with their functions exported for tests, and a buffer that a test writes a file's bytes into.

import "../../core/base/panic";
import { validatorPolicy, validatorReport } from "../../core/image/validator";

export { stagingRead as staging_read, stagingSize as staging_size, stagingWrite as staging_write } from "../../core/image/staging";
export {
  validatorCounter as counter, validatorCrc32 as crc32, validatorDigestPtr as digest_ptr, validatorFileBytes as file_bytes,
  validatorFinish as finish, validatorImageBytes as image_bytes, validatorInit as init, validatorKeyPtr as key_ptr,
  validatorKind as kind, validatorNotBootable as not_bootable, validatorPush as push, validatorWantBlockFile as want_block_file,
  validatorRescanBytes as rescan_bytes, validatorSignature as signature, validatorVerdict as verdict,
} from "../../core/image/validator";

export {
  blocksBytes as blocks_bytes, blocksCompare as blocks_compare, blocksCount as blocks_count, blocksFileBytes as blocks_file_bytes,
  blocksForget as blocks_forget, blocksMatch as blocks_match, blocksNamePtr as blocks_name_ptr, blocksRead as blocks_read,
  blocksTablePtr as blocks_table_ptr,
} from "../../core/image/blocks";

/** An export may not leave out arguments, as callers inside the core do. */
export function policy(
  modelPtr: usize, modelBytes: i32, bootFloor: u32, appFloor: u32, bootSlotBytes: u32, appSlotBytes: u32, unsigned: i32, storing: i32,
): void {
  validatorPolicy(modelPtr, modelBytes, bootFloor, appFloor, bootSlotBytes, appSlotBytes, unsigned != 0, storing != 0);
}

export function report(namePtr: usize, nameBytes: i32): void {
  validatorReport(namePtr, nameBytes);
}

const INPUT = memory.data(65536, 8);

export function input_ptr(): usize {
  return INPUT;
}
