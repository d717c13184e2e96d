// The events of an enrolment: each step with its result, the way that it took, and what the secure element reports of it.

import { ScepCipher, ScepDigest, ScepFailure, ScepMessage, ScepResult, ScepStep, SecureReport, Status } from "../../hal/abi";
import { EventKind, Field, HttpError } from "../../hal/events";
import { eventBegin, eventCode, eventFlag, eventNumber, eventSend, eventText } from "../base/events";
import { lineAddByte, lineAddBytes, lineAddNumber, lineBytes, linePtr, lineStart } from "../base/line";
import { Exchange, exchangeError, exchangeStatus } from "./scep-exchange";
import { scepWayExceptionBytes, scepWayExceptionPtr, scepWayHostBytes, scepWayHostPtr, scepWayIsProxy, scepWayPort } from "./scep-way";
import { secureKeyBits, secureReport, secureTransactionBytes, secureTransactionPtr } from "./secure";

/** NIST SP 800-131A: not for signatures since 2014. */
const KEY_BITS_MIN: i32 = 2048;

/** A step and its result, nothing else. */
export function enrolmentEvent(step: ScepStep, result: ScepResult): void {
  enrolmentBegin(step, result);
  eventSend();
}

/** A step over HTTP with the way that it took. */
export function enrolmentExchangeEvent(step: ScepStep, how: Exchange): void {
  enrolmentBegin(step, enrolmentOfExchange(how));
  if (scepWayIsProxy()) {
    lineStart();
    lineAddBytes(scepWayHostPtr(), scepWayHostBytes());
    lineAddByte(0x3a);
    lineAddNumber(scepWayPort());
    eventText(Field.Proxy, linePtr(), lineBytes());
  }
  if (scepWayExceptionBytes() > 0) eventText(Field.MatchedException, scepWayExceptionPtr(), scepWayExceptionBytes());
  if (exchangeStatus() > 0) eventNumber(Field.Status, exchangeStatus());
  if (exchangeError() != HttpError.None) eventCode(Field.HttpError, exchangeError());
  eventSend();
}

/** A step of the secure element with its report. */
export function enrolmentReportEvent(step: ScepStep, result: ScepResult): void {
  enrolmentBegin(step, result);
  const digest = secureReport(SecureReport.Digest);
  const cipher = secureReport(SecureReport.Cipher);
  const bits = secureKeyBits();
  if (secureReport(SecureReport.MessageType) != ScepMessage.None) eventCode(Field.MessageType, secureReport(SecureReport.MessageType));
  if (secureTransactionBytes() > 0) eventText(Field.Transaction, secureTransactionPtr(), secureTransactionBytes());
  if (digest != ScepDigest.None) eventCode(Field.ScepDigest, digest);
  if (cipher != ScepCipher.None) eventCode(Field.ScepCipher, cipher);
  if (bits > 0) eventNumber(Field.KeyBits, bits);
  if (result == ScepResult.Rejected && secureReport(SecureReport.FailInfo) <= ScepFailure.BadCertId) {
    eventCode(Field.FailInfo, secureReport(SecureReport.FailInfo));
  }
  const isWeak = digest == ScepDigest.Sha1 || cipher == ScepCipher.Des || (bits > 0 && bits < KEY_BITS_MIN);
  if (isWeak) eventFlag(Field.Weak, true);
  eventSend();
}

function enrolmentBegin(step: ScepStep, result: ScepResult): void {
  eventBegin(EventKind.Scep);
  eventCode(Field.ScepStep, step);
  eventCode(Field.ScepResult, result);
}

function enrolmentOfExchange(how: Exchange): ScepResult {
  switch (how) {
    case Exchange.Done: return ScepResult.Ok;
    case Exchange.HttpFailed: return ScepResult.HttpFailed;
    case Exchange.TooLarge: return ScepResult.TooLarge;
    case Exchange.BadUrl: return ScepResult.BadUrl;
    default: return ScepResult.NoAnswer;
  }
}

/** What a status of the secure element means for the step. */
export function enrolmentResult(status: i32): ScepResult {
  if (status >= 0) return ScepResult.Ok;
  switch (status) {
    case Status.ScepPending: return ScepResult.Pending;
    case Status.Rejected: return ScepResult.Rejected;
    case Status.BadSignature: return ScepResult.BadSignature;
    case Status.WrongRecipient: return ScepResult.WrongRecipient;
    case Status.WrongTransaction: return ScepResult.WrongTransaction;
    case Status.WrongNonce: return ScepResult.WrongNonce;
    case Status.Malformed: return ScepResult.Malformed;
    case Status.KeyMismatch: return ScepResult.KeyMismatch;
    case Status.Expired: return ScepResult.Expired;
    case Status.NotYetValid: return ScepResult.NotYetValid;
    case Status.NotSignedByCa: return ScepResult.NotSignedByCa;
    case Status.WrongCa: return ScepResult.WrongCa;
    case Status.BadSubject: return ScepResult.BadSubject;
    case Status.NoSpace: return ScepResult.TooLarge;
    default: return ScepResult.Unsupported;
  }
}
