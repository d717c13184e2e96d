// Secrets: which parameters have one for a value, and texts without them.
//
// The names are those of this telephone and of others that share its files; for hiding, whatever is called a password counts as one.

/** Stands for a value that is not shown. */
export const MASK = "***";

const NAMES = (
  "ACSPASSWORD ADMIN_PASSWORD CESPASSWORD CESVMPIN DEBUG_REPORT_PASSWORD DIRPASSWORD DOT1XPSWD ESMPASSWORD EWSPASSWORD " +
  "FORCE_HTTP_AUTH_PASSWORD FORCE_SIP_PASSWORD FORCE_WEB_ADMIN_PASSWORD FORCE_XSI_WEB_PASSWORD PHONE_LOCK_PIN PKCS12PASSWORD PPMPASSWORD " +
  "PROCPSWD SCA1_PASSWORD SCA2_PASSWORD SCA3_PASSWORD SCEPPASSWORD SIPPASSWORD SNMPSTRING SSOPASSWORD UNIFIED_PORTAL_PASSWORD " +
  "WEP_KEY1 WEP_KEY2 WEP_KEY3 WEP_KEY4 WLAN_PASSWORD"
).split(" ");
const KNOWN: ReadonlySet<string> = new Set(NAMES);
const CALLED_SO = "[A-Z0-9_]{0,64}(?:PASSWORD|PASSWD|PSWD|SECRET)";
const IS_CALLED_SO = new RegExp(`^${CALLED_SO}$`, "i");

/** A name that is known to be one of a secret. */
export function isSecret(name: string): boolean {
  return KNOWN.has(name);
}

/** A name whose value is not shown, however it was mistyped around its letters. */
export function isHidden(name: string): boolean {
  const letters = name.toUpperCase().replaceAll(/[^A-Z0-9_]/g, "");
  return KNOWN.has(letters) || IS_CALLED_SO.test(letters);
}

const NAME = `(?<![A-Z0-9_])(?:${NAMES.join("|")}|${CALLED_SO})`;
/** `NAME value`, `NAME=value` and whatever follows it on the line. */
const IN_STATEMENT = new RegExp(`(${NAME}(?:[ \\t]*[=:][ \\t]*|[ \\t]+(?!SEQ[ \\t])))(?=\\S).*`, "is");
/** `$NAME SEQ value GOTO tag`: the tag is none. */
const IN_CONDITION = new RegExp(`(${NAME}[ \\t]+SEQ[ \\t]+)(?:"[^"]*"(?:[ \\t]*,[ \\t]*"[^"]*")*|\\S+)`, "i");
/** `NAME=value` up to the next comma outside quotes. */
const IN_OPTION = new RegExp(`(${NAME}[ \\t]*=[ \\t]*)(?:"[^"]*"?[^,]*|[^,]+)`, "gi");
/** Of a URL. */
const USER_INFO = /:\/\/[^\s/@"]*@/g;

/** A line of a script. */
export function maskStatement(text: string): string {
  return maskUrl(IN_CONDITION.test(text) ? text.replace(IN_CONDITION, `$1${MASK}`) : text.replace(IN_STATEMENT, `$1${MASK}`));
}

/** The string of option 242. */
export function maskOption(text: string): string {
  return maskUrl(text.replace(IN_OPTION, `$1${MASK}`));
}

/** Any text with a URL in it, without who it logs in as. */
export function maskUrl(text: string): string {
  return text.replace(USER_INFO, `://${MASK}@`);
}
