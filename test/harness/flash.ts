// The flash side of the core for tests: the functions of core/flash under their exported names, a clock, and one buffer.

import "../../core/base/panic"; // Stands in for `abort`.
import { timePush, timeWait } from "../../core/base/time";
import {
  blockTableBytes, blockTableHead, blockTablePoll, blockTableRead, blockTableRoom, blockTableWrite,
} from "../../core/flash/block-table";
import { deviceInit } from "../../core/flash/device";
import {
  infoCrc32, infoDigestPtr, infoEtagBytes, infoEtagPtr, infoFileBytes, infoNameBytes, infoNamePtr, infoPoll, infoRead, infoWriteStart,
} from "../../core/flash/info-area";
import {
  journalAttempts, journalCounter, journalDigest, journalErasedBytes, journalIsBusy, journalMark, journalMarkErased, journalOpen,
  journalPoll, journalPreferred, journalState,
} from "../../core/flash/journal";
import {
  layoutInfoOffset, layoutInit, layoutJournalOffset, layoutProtect, layoutSettingsBytes, layoutSettingsOffset, layoutSlotBytes,
  layoutSlotOffset,
} from "../../core/flash/layout";
import { settingsLogIsBusy, settingsLogOpen, settingsLogPoll, settingsLogSave } from "../../core/flash/settings-log";
import {
  patchErase, patchHold, patchIsHeld, patchPoll, patchPush, patchRelease, patchStart,
} from "../../core/flash/patch";
import {
  writerEraseBytes, writerErasedBytes, writerErasePoll, writerFinish, writerPoll, writerProgrammedBytes, writerPush, writerStart,
} from "../../core/flash/writer";
import {
  keptBytes, keptFileEnd, keptFileStart, keptForget, keptCarry, keptInit, keptIsFull, keptPtr, keptPut,
} from "../../core/settings/kept";

/** What a test hands over by pointer: a page's worth of source bytes, a name, a digest. */
const BUFFER = memory.data(16384, 8);

export function buffer_pointer(): usize {
  return BUFFER;
}

export {
  timePush as time_push, timeWait as time_wait,
  deviceInit as device_init,
  layoutInit as layout_init, layoutJournalOffset as layout_journal_offset, layoutSlotOffset as layout_slot_offset,
  layoutSlotBytes as layout_slot_bytes, layoutInfoOffset as layout_info_offset, layoutProtect as layout_protect,
  layoutSettingsOffset as layout_settings_offset, layoutSettingsBytes as layout_settings_bytes,
  journalOpen as journal_open, journalPoll as journal_poll, journalState as journal_state, journalAttempts as journal_attempts,
  journalDigest as journal_digest, journalCounter as journal_counter, journalPreferred as journal_preferred, journalMark as journal_mark,
  journalMarkErased as journal_mark_erased, journalErasedBytes as journal_erased_bytes, journalIsBusy as journal_is_busy,
  infoWriteStart as info_write_start, infoPoll as info_poll, infoRead as info_read, infoNamePtr as info_name_ptr,
  infoNameBytes as info_name_bytes, infoFileBytes as info_file_bytes, infoCrc32 as info_crc32, infoDigestPtr as info_digest_ptr,
  infoEtagPtr as info_etag_ptr, infoEtagBytes as info_etag_bytes,
  blockTableBytes as block_table_bytes, blockTableHead as block_table_head, blockTablePoll as block_table_poll,
  blockTableRead as block_table_read, blockTableRoom as block_table_room, blockTableWrite as block_table_write,
  patchErase as patch_erase, patchHold as patch_hold, patchIsHeld as patch_is_held, patchPoll as patch_poll, patchPush as patch_push,
  patchRelease as patch_release, patchStart as patch_start,
  writerStart as writer_start, writerErasePoll as writer_erase_poll, writerErasedBytes as writer_erased_bytes,
  writerEraseBytes as writer_erase_bytes, writerPush as writer_push, writerFinish as writer_finish, writerPoll as writer_poll,
  writerProgrammedBytes as writer_programmed_bytes,
  settingsLogOpen as settings_log_open, settingsLogPoll as settings_log_poll, settingsLogSave as settings_log_save,
  settingsLogIsBusy as settings_log_is_busy,
  keptInit as kept_init, keptPut as kept_put, keptFileStart as kept_file_start, keptFileEnd as kept_file_end, keptPtr as kept_ptr,
  keptBytes as kept_bytes, keptIsFull as kept_is_full, keptForget as kept_forget,
  keptCarry as kept_carry,
};
