// The local procedures as data: one more procedure, field or choice is one more row.

import {
  CHOICE_AUTO, CHOICE_DEFAULT, CHOICE_H323, CHOICE_NO, CHOICE_OFF, CHOICE_ON, CHOICE_YES, LABEL_DHCP, LABEL_DNS, LABEL_GROUP, LABEL_HTTP,
  LABEL_HTTPS, LABEL_MASK, LABEL_PHONE, LABEL_PROXY, LABEL_ROUTER, LABEL_SIG, LABEL_SNTP, LABEL_SSON, LABEL_TAGGING, LABEL_VLAN,
  LABEL_VLAN_TEST, NAME_GROUP, NAME_SIG, PROC_ADDR, PROC_CLEAR, PROC_RESTART, PROC_SSON, PROC_VALUES, PROC_VIEW, SURE_CLEAR, SURE_RESTART,
  SURE_VALUES, TITLE_ADDR, TITLE_CLEAR, TITLE_GROUP, TITLE_RESTART, TITLE_SIG, TITLE_SSON, TITLE_VALUES, TITLE_VIEW, VALUE_SIP,
} from "../base/texts";
import { Parameter } from "../settings/table";

/** What a procedure is made of. */
export enum Form {
  Fields,
  Confirm,
  View,
}

export enum Act {
  Clear,
  ResetValues,
  Restart,
}

/** Name in the menu, title, form, then: first field and count; or the question and what follows a yes. */
const PROCEDURES = memory.data<i32>([
  PROC_ADDR, TITLE_ADDR, Form.Fields, 0, 12,
  PROC_CLEAR, TITLE_CLEAR, Form.Confirm, SURE_CLEAR, Act.Clear,
  NAME_GROUP, TITLE_GROUP, Form.Fields, 12, 1,
  PROC_VALUES, TITLE_VALUES, Form.Confirm, SURE_VALUES, Act.ResetValues,
  PROC_RESTART, TITLE_RESTART, Form.Confirm, SURE_RESTART, Act.Restart,
  NAME_SIG, TITLE_SIG, Form.Fields, 13, 1,
  PROC_SSON, TITLE_SSON, Form.Fields, 14, 1,
  PROC_VIEW, TITLE_VIEW, Form.View, 0, 0,
]);
export const PROCEDURE_COUNT: i32 = 8;

/** Label, parameter, and for one that is chosen its first choice and their count. */
const FIELDS = memory.data<i32>([
  LABEL_DHCP, Parameter.USE_DHCP, 0, 2,
  LABEL_PHONE, Parameter.IPADD, 0, 0,
  LABEL_ROUTER, Parameter.ROUTER, 0, 0,
  LABEL_MASK, Parameter.NETMASK, 0, 0,
  LABEL_HTTP, Parameter.HTTPSRVR, 0, 0,
  LABEL_HTTPS, Parameter.TLSSRVR, 0, 0,
  LABEL_DNS, Parameter.DNSSRVR, 0, 0,
  LABEL_TAGGING, Parameter.L2Q, 2, 3,
  LABEL_VLAN, Parameter.L2QVLAN, 0, 0,
  LABEL_VLAN_TEST, Parameter.VLANTEST, 0, 0,
  LABEL_PROXY, Parameter.SIPPROXYSRVR, 0, 0,
  LABEL_SNTP, Parameter.SNTPSRVR, 0, 0,
  LABEL_GROUP, Parameter.GROUP, 0, 0,
  LABEL_SIG, Parameter.SIG, 5, 3,
  LABEL_SSON, Parameter.SSON, 0, 0,
]);
export const FIELD_COUNT: i32 = 15;
/** Of the procedure that has most. */
export const FORM_FIELDS_MAX: i32 = 12;

/** By the parameter's value, from 0. */
const CHOICES = memory.data<i32>([
  CHOICE_NO, CHOICE_YES, CHOICE_AUTO, CHOICE_ON, CHOICE_OFF, CHOICE_DEFAULT, CHOICE_H323, VALUE_SIP,
]);

export function procedureName(index: i32): i32 {
  return cell(PROCEDURES, index * 5);
}

export function procedureTitle(index: i32): i32 {
  return cell(PROCEDURES, index * 5 + 1);
}

export function procedureForm(index: i32): i32 {
  return cell(PROCEDURES, index * 5 + 2);
}

/** The first field, or the question. */
export function procedureFirst(index: i32): i32 {
  return cell(PROCEDURES, index * 5 + 3);
}

/** The count of fields, or the act. */
export function procedureSecond(index: i32): i32 {
  return cell(PROCEDURES, index * 5 + 4);
}

export function fieldLabel(index: i32): i32 {
  return cell(FIELDS, index * 4);
}

export function fieldParameter(index: i32): i32 {
  return cell(FIELDS, index * 4 + 1);
}

/** How many choices there are; 0 for a field that is typed. */
export function fieldChoices(index: i32): i32 {
  return cell(FIELDS, index * 4 + 3);
}

/** The text of one choice. */
export function fieldChoice(index: i32, value: i32): i32 {
  return cell(CHOICES, cell(FIELDS, index * 4 + 2) + value);
}

function cell(table: usize, index: i32): i32 {
  return load<i32>(table + (<usize>index << 2));
}
